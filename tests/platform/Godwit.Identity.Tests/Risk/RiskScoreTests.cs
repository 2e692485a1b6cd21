using FsCheck;
using FsCheck.Fluent;
using Godwit.Identity.Risk;

namespace Godwit.Identity.Tests.Risk;

[Trait("ASVS", "8.2.4")]
public sealed class RiskScoreTests
{
    private static readonly RiskRules s_rules = new();
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch.AddYears(56);
    private static readonly Place s_berlin = new(s_now, "DE", 52.52, 13.40), s_sydney = new(s_now, "AU", -33.87, 151.21), s_potsdam = new(s_now, "DE", 52.40, 13.06);

    private static readonly Gen<Place?> s_places =
        from hours in Gen.Choose(-100, 100)
        from country in Gen.Elements("DE", "AU", "BR", null)
        from point in Gen.Choose(-95, 95).Zip(Gen.Choose(-185, 185))
        from kind in Gen.Choose(0, 3)
        select kind == 0 ? null : new Place(s_now.AddMinutes(hours * 7), country, kind == 1 ? null : point.Item1, point.Item2);

    private static readonly Gen<LoginFacts> s_facts =
        from device in Gen.Elements(true, false)
        from last in s_places
        from now in s_places
        from countries in Gen.SubListOf("DE", "AU", "BR")
        from failures in Gen.Frequency((5, Gen.Choose(0, 30)), (1, Gen.Elements(int.MaxValue, -3)))
        from networks in Gen.SubListOf("tor", "proxies")
        select new LoginFacts { NewDevice = device, Last = last, Now = now, KnownCountries = [.. countries], RecentFailures = failures, Networks = [.. networks] };

    [Fact]
    public void A_score_lies_between_0_and_100_and_is_the_sum_of_what_explains_it() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(s_facts.ToArbitrary(), facts =>
    {
        var score = RiskScore.Of(facts, s_rules);
        return score.Points is >= 0 and <= 100 && score.Points == Math.Min(100, score.Parts.Sum(p => p.Points)) && score.Parts.All(p => p.Points > 0 && p.Why.Length > 0)
            && score.NeedsSecondFactor == score.Points >= s_rules.SecondFactorFrom && score.Parts.Select(p => p.Name).Distinct(StringComparer.Ordinal).Count() == score.Parts.Count;
    }));

    [Fact]
    public void Nothing_that_speaks_against_a_login_lowers_its_score() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(s_facts.ToArbitrary(), Gen.Choose(1, 10_000).ToArbitrary(), (facts, more) =>
    {
        var points = RiskScore.Of(facts, s_rules).Points;
        LoginFacts[] worse =
        [
            facts with { NewDevice = true },
            facts with { RecentFailures = (int)Math.Min(int.MaxValue, facts.RecentFailures + (long)more) },
            facts with { Networks = [.. facts.Networks, "another"] },
            // The same way in less time.
            facts with { Last = facts.Last is { } last ? last with { At = last.At.AddMinutes(more) } : null },
            facts with { KnownCountries = facts.KnownCountries.Count > 0 ? ["CH"] : [] },
        ];
        return worse.All(w => RiskScore.Of(w, s_rules).Points >= points);
    }));

    [Fact]
    public void A_login_as_always_has_no_risk_and_two_unusual_things_ask_for_a_second_factor()
    {
        var usual = new LoginFacts { Last = s_berlin with { At = s_now.AddHours(-9) }, Now = s_potsdam, KnownCountries = ["DE"] };
        Assert.Equal((0, false), Brief(usual));
        Assert.Equal((25, false), Brief(usual with { NewDevice = true }));
        Assert.Equal((55, true), Brief(usual with { NewDevice = true, Networks = ["tor"] }));
        Assert.Equal((50, true), Brief(usual with { NewDevice = true, RecentFailures = 20 }));
        Assert.Equal((50, true), Brief(usual with { NewDevice = true, Now = new Place(s_now, "AU") }));
        // Sixteen thousand kilometres in nine hours, on a known device.
        Assert.Equal((65, true), Brief(usual with { Now = s_sydney }));
        Assert.Equal(["new_country", "speed"], RiskScore.Of(usual with { Now = s_sydney }, s_rules).Parts.Select(p => p.Name));
        Assert.Equal(100, RiskScore.Of(usual with { NewDevice = true, Now = s_sydney, RecentFailures = 9, Networks = ["tor"] }, s_rules).Points);

        (int, bool) Brief(LoginFacts facts) => RiskScore.Of(facts, s_rules) is var score ? (score.Points, score.NeedsSecondFactor) : default;
    }

    [Theory]
    [InlineData(1, 40), InlineData(16, 40), InlineData(20, 24), InlineData(33, 0), InlineData(-5, 40)]
    public void A_way_is_judged_by_its_speed(int hours, int points) => Assert.Equal(points, Travel.Judge(s_berlin with { At = s_now.AddHours(-hours) }, s_sydney, 40).Points);

    [Theory]
    [InlineData(20, 20), InlineData(90, 10), InlineData(200, 0)]
    public void Without_coordinates_a_country_that_changes_at_once_is_half_as_suspicious(int minutes, int points) =>
        Assert.Equal(points, Travel.Judge(new Place(s_now.AddMinutes(-minutes), "DE"), new Place(s_now, "AU"), 40).Points);

    [Fact]
    public void Distances_are_those_on_the_globe()
    {
        Assert.Equal(16_090, Travel.Distance(s_berlin, s_sydney)!.Value, 20.0);
        Assert.Equal(Math.PI * 6371, Travel.Distance(new(s_now, null, 0, 0), new(s_now, null, 0, 180))!.Value, 1.0);
        Assert.Null(Travel.Distance(s_berlin, new(s_now, "DE", 91, 0)));
        Assert.Null(Travel.Distance(s_berlin, new(s_now, "DE", double.NaN, 0)));
    }
}
