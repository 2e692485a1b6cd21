using Godwit.Security.Keyring;
using Godwit.Security.Tokens;

namespace Godwit.Security.Tests.Tokens;

/// <summary>What is remembered of a token is what its verification would say now.</summary>
public sealed class VerifiedTokenCacheTests : IAsyncLifetime
{
    private TokenBench _bench = null!;
    private VerifiedTokenCache<string> _cache = null!;
    private int _read;

    public async ValueTask InitializeAsync()
    {
        _bench = await TokenBench.CreateAsync();
        _cache = new VerifiedTokenCache<string>(
            _bench.Verifier,
            token =>
            {
                _read++;
                return token.Subject == "nobody" ? null : token.Subject;
            },
            most: 16);
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public void A_token_is_read_once_and_says_the_same_each_time()
    {
        var (one, two) = (_bench.Issuer.Issue("one", TimeSpan.FromMinutes(10)), _bench.Issuer.Issue("two", TimeSpan.FromMinutes(10)));
        for (var i = 0; i < 5; i++) Assert.Equal(("one", "two"), (_cache.Verify(one)?.Value, _cache.Verify(two)?.Value));
        Assert.Equal(2, _read);
        Assert.Equal(_bench.Bench.Clock.Now, _cache.Verify(one)!.Value.NotBefore);
    }

    [Fact]
    public void A_remembered_token_ends_when_it_would_have_ended_and_is_not_good_before_it_begins()
    {
        var clock = _bench.Bench.Clock;
        var begin = clock.Now;
        var token = _bench.Issuer.Issue("u", TimeSpan.FromMinutes(10));
        Assert.NotNull(_cache.Verify(token));
        foreach (var (seconds, good) in new[] { (-31, false), (-30, true), (629, true), (630, false), (1_000_000, false) })
        {
            clock.Now = begin.AddSeconds(seconds);
            Assert.Equal(good, _cache.Verify(token) is not null);
            Assert.Equal(good, _bench.Fault(token) == TokenFault.None);
        }
    }

    [Fact]
    public async Task A_token_whose_key_was_retired_is_forgotten()
    {
        var token = _bench.Issuer.Issue("u", TimeSpan.FromHours(1));
        Assert.NotNull(_cache.Verify(token));
        var former = (await _bench.Bench.Store.LoadAsync(TestContext.Current.CancellationToken)).ActiveOf(KeyPurpose.Token)!.Id;
        await _bench.Bench.Administration.RotateAsync(KeyPurpose.Token, TestContext.Current.CancellationToken);
        await _bench.Keyring.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(_cache.Verify(token));
        await _bench.Bench.Administration.RetireAsync(former, TestContext.Current.CancellationToken);
        await _bench.Keyring.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Null(_cache.Verify(token));
    }

    [Fact]
    public void Any_other_character_makes_another_token_of_it()
    {
        var token = _bench.Issuer.Issue("u", TimeSpan.FromMinutes(10));
        Assert.NotNull(_cache.Verify(token));
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            Assert.Equal(_bench.Fault(changed) == TokenFault.None, _cache.Verify(changed) is not null);
        }
        foreach (var other in (string[])["", token + " ", " " + token, token + "=", token[..^1], token.Replace('.', '\u2024'), token + token, new string('a', 100_000)]) Assert.Null(_cache.Verify(other));
    }

    [Fact]
    public void What_is_not_good_is_never_remembered_and_what_is_remembered_has_a_bound()
    {
        var unread = _bench.Issuer.Issue("nobody", TimeSpan.FromMinutes(10));
        Assert.Null(_cache.Verify(unread));
        Assert.Null(_cache.Verify(unread));
        Assert.Equal(2, _read);
        var often = _bench.Issuer.Issue("often", TimeSpan.FromMinutes(10));
        Assert.NotNull(_cache.Verify(often));
        var others = Enumerable.Range(0, 64).Select(i => _bench.Issuer.Issue($"u{i}", TimeSpan.FromMinutes(10))).ToList();
        foreach (var other in others)
        {
            Assert.NotNull(_cache.Verify(other));
            Assert.NotNull(_cache.Verify(often));
        }
        Assert.Equal(67, _read);
        // The eldest of them was forgotten, and is read anew.
        Assert.Equal("u0", _cache.Verify(others[0])?.Value);
        Assert.Equal(68, _read);
    }
}
