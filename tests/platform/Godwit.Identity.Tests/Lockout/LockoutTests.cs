using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Identity.Lockout;

namespace Godwit.Identity.Tests.Lockout;

[Trait("ASVS", "6.3.1")]
public sealed class LockoutTests
{
    private static readonly LockoutRules s_rules = new();
    private static readonly DateTimeOffset s_begin = DateTimeOffset.UnixEpoch.AddYears(56);
    private static readonly Config s_often = Config.QuickThrowOnFailure.WithMaxTest(300);

    /// <summary>Seconds until each next attempt: bursts, waits for locks, days, and a clock that goes back.</summary>
    private static readonly Gen<List<int>> s_waits = Gen.Frequency((6, Gen.Constant(0)), (4, Gen.Choose(1, 120)), (3, Gen.Choose(600, 4000)), (1, Gen.Choose(80_000, 400_000)), (1, Gen.Choose(-5000, -1)))
        .ListOf().Where(l => l.Count > 0).Select(l => l.ToList());

    [Fact]
    public void Nobody_without_a_known_device_can_lock_one_out() => Check.One(s_often, Prop.ForAll(s_waits.Resize(200).ToArbitrary(), waits =>
    {
        var (state, now) = (new LockoutState(), s_begin);
        foreach (var wait in waits)
        {
            now = now.AddSeconds(wait);
            for (var i = 0; i < 5; i++) state = state.Try(s_rules, LoginWay.Password, knownDevice: false, now).State;
            // The owner, at the worst moment.
            var (tried, decision) = state.Try(s_rules, LoginWay.Password, knownDevice: true, now);
            if (decision != new LockoutDecision(LockoutVerdict.Allowed)) return false;
            var after = tried.Succeeded(s_rules, LoginWay.Password, knownDevice: true);
            // And the owner's success gives the attacker nothing.
            if (after != state) return false;
            if (state.Try(s_rules, LoginWay.Unguessable, knownDevice: false, now) != (state, new LockoutDecision(LockoutVerdict.Allowed))) return false;
        }
        return true;
    }));

    [Fact]
    public void An_attempt_while_locked_changes_nothing_at_all() => Check.One(s_often, Prop.ForAll(s_waits.Resize(100).ToArbitrary(), ArbMap.Default.ArbFor<bool>(), (waits, known) =>
    {
        var (state, now) = (new LockoutState(), s_begin);
        foreach (var wait in waits)
        {
            now = now.AddSeconds(wait);
            var (next, decision) = state.Try(s_rules, LoginWay.Password, known, now);
            if (!decision.MayTry && next != state) return false;
            if (decision.MayTry && next == state) return false;
            state = next;
        }
        return true;
    }));

    [Fact]
    public void A_lock_is_never_longer_than_its_bound_and_ends_at_the_time_it_says() => Check.One(s_often, Prop.ForAll(s_waits.Resize(100).ToArbitrary(), ArbMap.Default.ArbFor<bool>(), (waits, known) =>
    {
        var (state, now) = (new LockoutState(), s_begin);
        foreach (var wait in waits)
        {
            now = now.AddSeconds(wait);
            (state, var decision) = state.Try(s_rules, LoginWay.Password, known, now);
            if (decision.Until is not { } until) continue;
            if (until <= now || until - now > (known ? s_rules.KnownDevice.LongestLock : s_rules.Network.LongestLock)) return false;
            // What its own time ends is open at it, and was not a moment before.
            if (state.Try(s_rules, LoginWay.Password, known, until.AddTicks(-1)).Decision.Verdict != LockoutVerdict.Locked) return false;
            if (state.Try(s_rules, LoginWay.Password, known, until).Decision.Verdict == LockoutVerdict.Locked && wait >= 0 && waits.All(w => w >= 0)) return false;
        }
        return true;
    }));

    [Fact]
    public void More_failures_never_lock_for_less_and_a_success_never_for_more()
    {
        foreach (var policy in new[] { s_rules.Account, s_rules.KnownDevice, s_rules.Network, s_rules.Everyone })
        {
            var locks = Enumerable.Range(0, 3000).Select(policy.LockAfter).ToList();
            Assert.Equal(locks.Order(), locks);
            Assert.Equal(policy.LongestLock, policy.LockAfter(int.MaxValue));
            Assert.Equal((TimeSpan.Zero, policy.FirstLock), (policy.LockAfter(policy.Free), policy.LockAfter(policy.Free + 1)));
        }
        Check.One(s_often, Prop.ForAll(Gen.Choose(0, 60).Zip(Gen.Choose(0, 60)).ToArbitrary(), Gen.Choose(0, 500_000).ToArbitrary(), (counts, seconds) =>
        {
            var (fewer, more) = (new Bucket(Math.Min(counts.Item1, counts.Item2), s_begin, null), new Bucket(Math.Max(counts.Item1, counts.Item2), s_begin, null));
            var now = s_begin.AddSeconds(seconds);
            foreach (var policy in new[] { s_rules.Account, s_rules.KnownDevice, s_rules.Network })
            {
                var (one, other) = (fewer.Tried(policy, now), more.Tried(policy, now));
                if (one.Failures > other.Failures || (one.LockedAt(policy, now) ?? now) > (other.LockedAt(policy, now) ?? now)) return false;
                if (other.TakenBack(policy).Failures >= other.Failures || (other.TakenBack(policy).LockedAt(policy, now) ?? now) > (other.LockedAt(policy, now) ?? now)) return false;
            }
            return true;
        }));
    }

    [Fact]
    public void An_attacker_gets_a_hundred_guesses_and_the_password_is_disabled_not_the_account()
    {
        var (state, now, looked, told) = (new LockoutState(), s_begin, 0, 0);
        for (var minute = 0; minute < 60 * 24 * 30; minute++)
        {
            var (next, decision) = state.Try(s_rules, LoginWay.Password, knownDevice: false, now.AddMinutes(minute));
            (state, looked, told) = (next with { Network = Bucket.Empty }, looked + (decision.MayTry ? 1 : 0), told + (decision.DisabledPassword ? 1 : 0));
        }
        Assert.Equal((100, 1, true), (looked, told, state.PasswordDisabled));
        Assert.Equal(LockoutVerdict.PasswordDisabled, state.Try(s_rules, LoginWay.Password, knownDevice: false, now.AddYears(1)).Decision.Verdict);
        Assert.True(state.Try(s_rules, LoginWay.Password, knownDevice: true, now).Decision.MayTry);
        Assert.True(state.Try(s_rules, LoginWay.Unguessable, knownDevice: false, now).Decision.MayTry);
        Assert.True(state.PasswordSet().Try(s_rules, LoginWay.Password, knownDevice: false, now).Decision.MayTry);
    }

    [Fact]
    public void Of_a_thousand_attempts_at_once_only_the_free_ones_and_one_more_are_looked_at()
    {
        var state = new LockoutState();
        var looked = 0;
        for (var i = 0; i < 1000; i++)
        {
            (state, var decision) = state.Try(s_rules, LoginWay.Password, knownDevice: false, s_begin);
            if (decision.MayTry) looked++;
        }
        Assert.Equal(s_rules.Account.Free + 1, looked);
    }

    [Fact]
    public void An_address_that_tries_many_accounts_is_locked_and_one_right_password_of_its_own_does_not_free_it()
    {
        var (network, now, looked) = (Bucket.Empty, s_begin, 0);
        for (var account = 0; account < 200; account++)
        {
            var (state, decision) = new LockoutState { Network = network }.Try(s_rules, LoginWay.Password, knownDevice: false, now.AddSeconds(account));
            network = state.Network;
            if (!decision.MayTry) continue;
            looked++;
            if (looked == s_rules.Network.Free) network = state.Succeeded(s_rules, LoginWay.Password, knownDevice: false).Network;
        }
        Assert.InRange(looked, s_rules.Network.Free, s_rules.Network.Free + 6);
        Assert.True(new LockoutState { Network = network }.Try(s_rules, LoginWay.Password, knownDevice: true, now.AddSeconds(200)).Decision.MayTry);
    }

    [Fact]
    public void A_locked_count_stays_as_it_is()
    {
        var locked = Enumerable.Range(0, 7).Aggregate(Bucket.Empty, (bucket, _) => bucket.Tried(s_rules.Account, s_begin));
        Assert.Equal(s_begin.AddMinutes(1), locked.LockedUntil);
        Assert.Same(locked, locked.Tried(s_rules.Account, s_begin.AddSeconds(59)));
        Assert.Equal(s_begin.AddMinutes(3), locked.Tried(s_rules.Account, s_begin.AddMinutes(1)).LockedUntil);
    }

    [Fact]
    public void An_attack_on_everybody_asks_unknown_devices_for_a_second_factor_and_locks_nobody()
    {
        var everyone = Bucket.Empty;
        for (var i = 0; i < 5000; i++) everyone = new LockoutState { Everyone = everyone }.Try(s_rules, LoginWay.Password, knownDevice: false, s_begin).State.Everyone;
        var state = new LockoutState { Everyone = everyone };
        Assert.Equal(LockoutVerdict.AllowedWithSecondFactor, state.Try(s_rules, LoginWay.Password, knownDevice: false, s_begin).Decision.Verdict);
        Assert.Equal(LockoutVerdict.Allowed, state.Try(s_rules, LoginWay.Password, knownDevice: true, s_begin).Decision.Verdict);
        Assert.Equal(LockoutVerdict.Allowed, state.Try(s_rules, LoginWay.Password, knownDevice: false, s_begin.AddHours(1)).Decision.Verdict);
    }

    [Fact]
    public void A_known_device_that_fails_a_hundred_times_is_known_no_longer()
    {
        var (state, now) = (new LockoutState(), s_begin);
        var decisions = new List<LockoutDecision>();
        while (decisions.Count < 100)
        {
            (state, var decision) = state.Try(s_rules, LoginWay.Password, knownDevice: true, now);
            if (decision.MayTry) decisions.Add(decision);
            now = now.AddMinutes(5);
        }
        Assert.Equal([false, true], [decisions[98].DistrustedDevice, decisions[99].DistrustedDevice]);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1"), InlineData("::ffff:192.0.2.1", "192.0.2.1"), InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), InlineData("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"), InlineData("2001:db8:1:3::", "2001:db8:1:3::/64")]
    public void What_one_household_is_given_is_one_address(string address, string key) => Assert.Equal(key, NetworkKey.Of(IPAddress.Parse(address)));
}
