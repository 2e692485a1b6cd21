using System.Text.Json.Nodes;
using Godwit.Security.Keyring;
using Godwit.Security.Signing;
using Godwit.Security.Tests.Keyring;
using Godwit.Security.Tokens;

namespace Godwit.Security.Tests.Tokens;

public sealed class TokenTests : IAsyncLifetime
{
    private TokenBench _bench = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await TokenBench.CreateAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    [Trait("ASVS", "9.2.3")]
    [Trait("ASVS", "9.2.4")]
    [Trait("ASVS", "10.3.1")]
    public void What_is_issued_is_verified_with_all_its_claims()
    {
        var token = _bench.Issuer.Issue("user-1", TimeSpan.FromMinutes(10), new JsonObject { ["role"] = "admin", ["deep"] = new JsonArray(1, "\u00e9") });
        var verified = _bench.Verifier.Verify(token).Token!;
        Assert.Equal(("user-1", _bench.Bench.Clock.Now, _bench.Bench.Clock.Now.AddMinutes(10)), (verified.Subject, verified.NotBefore, verified.Expires));
        Assert.Equal("admin", (string?)verified.Claims["role"]);
        Assert.Equal("[1,\"\u00e9\"]", verified.Claims["deep"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.NotEqual(verified.Id, _bench.Verifier.Verify(_bench.Issuer.Issue("user-1", TimeSpan.FromMinutes(10))).Token!.Id);
    }

    [Fact]
    [Trait("ASVS", "9.2.1")]
    public void A_token_is_good_from_its_beginning_to_its_end_give_or_take_the_skew()
    {
        var clock = _bench.Bench.Clock;
        var begin = clock.Now;
        var token = _bench.Issuer.Issue("u", TimeSpan.FromMinutes(10));
        foreach (var (seconds, fault) in new[] { (-31, TokenFault.NotYetValid), (-30, TokenFault.None), (0, TokenFault.None), (629, TokenFault.None), (630, TokenFault.Expired), (1_000_000, TokenFault.Expired) })
        {
            clock.Now = begin.AddSeconds(seconds);
            Assert.Equal(fault, _bench.Fault(token));
        }
    }

    [Fact]
    [Trait("ASVS", "9.2.2")]
    public void A_token_of_one_kind_is_none_of_another()
    {
        var token = _bench.Issuer.Issue("u", TimeSpan.FromMinutes(10));
        TokenFault Under(TokenRules rules) => new TokenVerifier(_bench.Keys, rules, _bench.Bench.Clock).Verify(token).Fault;
        Assert.Equal(TokenFault.None, Under(TokenBench.Rules));
        Assert.Equal(TokenFault.Type, Under(TokenBench.Rules with { Type = "verify+jwt" }));
        Assert.Equal(TokenFault.Type, Under(TokenBench.Rules with { Type = "AT+JWT" }));
        Assert.Equal(TokenFault.Issuer, Under(TokenBench.Rules with { Issuer = "https://id.example.org/" }));
        Assert.Equal(TokenFault.Audience, Under(TokenBench.Rules with { Audience = "admin" }));
        Assert.Equal(TokenFault.LivesTooLong, Under(TokenBench.Rules with { LongestLife = TimeSpan.FromMinutes(9) }));
        Assert.Equal(TokenFault.Malformed, Under(TokenBench.Rules with { LongestToken = token.Length - 1 }));
        Assert.Equal(TokenFault.None, Under(TokenBench.Rules with { LongestToken = token.Length }));
    }

    [Fact]
    public async Task Signing_goes_on_from_many_threads_while_keys_rotate_and_retire()
    {
        using var workers = new Workers();
        var administration = _bench.Bench.Administration;
        for (var i = 0; i < 4; i++)
        {
            workers.Start(() =>
            {
                Assert.NotEmpty(_bench.Issuer.Issue("u", TimeSpan.FromMinutes(1)));
                return Task.CompletedTask;
            });
        }
        workers.Begin();
        for (var i = 0; i < 100; i++)
        {
            await workers.GetOnAsync();
            var former = (await _bench.Bench.Store.LoadAsync(Cancellation)).ActiveOf(KeyPurpose.Token)!.Id;
            await administration.RotateAsync(KeyPurpose.Token, Cancellation);
            await _bench.Keyring.RefreshAsync(Cancellation);
            await administration.RetireAsync(former, Cancellation);
            await _bench.Keyring.RefreshAsync(Cancellation);
        }
        await workers.GetOnAsync();
        await workers.EndAsync();
        Assert.Equal(TokenFault.None, _bench.Fault(_bench.Issuer.Issue("u", TimeSpan.FromMinutes(1))));
    }

    [Fact]
    public async Task After_the_end_of_a_keyring_nothing_signs_and_nothing_verifies()
    {
        var token = _bench.Issuer.Issue("u", TimeSpan.FromMinutes(1));
        await _bench.Keyring.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => _bench.Issuer.Issue("u", TimeSpan.FromMinutes(1)));
        Assert.Equal(TokenFault.UnknownKey, _bench.Fault(token));
        Assert.Empty(Kids(_bench.Keys));
    }

    [Fact]
    public async Task What_was_opened_of_a_key_ends_with_it()
    {
        var keys = await _bench.Keyring.OpenAsync(KeyPurpose.Token, Cancellation);
        var material = keys.HoldActive();
        var opened = TokenKey.Open(material);
        Assert.NotEmpty(opened.Sign([1]));
        await _bench.Bench.Administration.RotateAsync(KeyPurpose.Token, Cancellation);
        await _bench.Bench.Administration.RetireAsync(material.Id, Cancellation);
        await _bench.Keyring.RefreshAsync(Cancellation);
        Assert.NotEmpty(opened.Sign([1]));
        material.Release();
        Assert.Throws<ObjectDisposedException>(() => opened.Sign([1]));
    }

    [Fact]
    public async Task The_next_key_is_published_before_it_signs_and_the_former_verifies_until_it_is_retired()
    {
        var (keys, administration) = (_bench.Keys, _bench.Bench.Administration);
        var first = _bench.Issuer.Issue("u", TimeSpan.FromHours(1));
        var next = await administration.AnnounceAsync(KeyPurpose.Token, Cancellation);
        await _bench.Keyring.RefreshAsync(Cancellation);
        var published = Kids(keys);
        Assert.Equal(2, published.Count);
        Assert.Equal(_bench.Verifier.Verify(first).Token!.KeyId, _bench.Verifier.Verify(_bench.Issuer.Issue("u", TimeSpan.FromHours(1))).Token!.KeyId);
        await administration.ActivateAsync(next.Id, Cancellation);
        await _bench.Keyring.RefreshAsync(Cancellation);
        var second = _bench.Issuer.Issue("u", TimeSpan.FromHours(1));
        Assert.Equal(published[1], _bench.Verifier.Verify(second).Token!.KeyId);
        Assert.Equal(TokenFault.None, _bench.Fault(first));
        await administration.RetireAsync((await _bench.Bench.Store.LoadAsync(Cancellation)).Keys[0].Id, Cancellation);
        await _bench.Keyring.RefreshAsync(Cancellation);
        Assert.Equal(TokenFault.UnknownKey, _bench.Fault(first));
        Assert.Equal(TokenFault.None, _bench.Fault(second));
        Assert.Equal([published[1]], Kids(keys));
    }

    [Fact]
    [Trait("ASVS", "9.1.3")]
    public void The_published_keys_are_public_and_say_what_they_are_for()
    {
        var key = JsonNode.Parse(_bench.Keys.JwksDocument)!["keys"]![0]!.AsObject();
        Assert.Equal(["kty", "crv", "x", "y", "kid", "alg", "use"], key.Select(m => m.Key));
        Assert.Equal(("ES256", "sig"), ((string?)key["alg"], (string?)key["use"]));
        Assert.Equal(EcPublicKey.FromJwk(key.ToJsonString()).Kid, (string?)key["kid"]);
    }

    [Fact]
    public void What_may_not_be_issued_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _bench.Issuer.Issue("u", TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => _bench.Issuer.Issue("u", TimeSpan.FromHours(25)));
        Assert.Throws<ArgumentException>(() => _bench.Issuer.Issue("u", TimeSpan.FromHours(1), new JsonObject { ["exp"] = 1 }));
        Assert.Throws<ArgumentException>(() => _bench.Issuer.Issue("u", TimeSpan.FromHours(1), new JsonObject { ["x"] = new string('a', 9000) }));
    }

    private static List<string> Kids(TokenKeys keys) => [.. JsonNode.Parse(keys.JwksDocument)!["keys"]!.AsArray().Select(k => (string)k!["kid"]!)];
}
