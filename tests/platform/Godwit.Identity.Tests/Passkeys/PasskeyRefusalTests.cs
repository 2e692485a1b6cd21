using System.Net;
using System.Text.Json.Nodes;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Passkeys;

/// <summary>Each thing wrong in turn, which an authenticator or a browser could say.</summary>
[Trait("ASVS", "6.5.1")]
public sealed class PasskeyRefusalTests(IdentityTemplate template)
{
    /// <summary>What is wrong with an otherwise good answer.</summary>
    private static readonly Dictionary<string, Action<SoftAuthenticator>> s_wrongs = new(StringComparer.Ordinal)
    {
        ["origin"] = a => a.Origin = "https://evil.example",
        ["origin of another scheme"] = a => a.Origin = "https://localhost:8080",
        ["origin with a path"] = a => a.Origin = "http://localhost:8080/",
        ["a page within another's"] = a => a.CrossOrigin = true,
        ["domain"] = a => a.Domain = "evil.example",
        ["type"] = a => a.Type = "payment.get",
        ["nobody present"] = a => a.Present = false,
        ["nobody verified"] = a => a.Verified = false,
        ["backed up and not eligible"] = a => a.BackedUp = true,
    };

    private static readonly Dictionary<string, Action<SoftAuthenticator>> s_wrongAnswers = new(s_wrongs, StringComparer.Ordinal)
    {
        ["signature"] = a => a.Signed = s => [.. s[..^1], (byte)(s[^1] ^ 1)],
        ["no signature"] = a => a.Signed = _ => [],
        ["eligible for backup now"] = a => a.BackupEligible = true,
        ["no user handle"] = a => a.Handle = null,
        ["a user handle of nobody"] = a => a.Handle = Guid.NewGuid().ToString(),
        ["a user handle that is none"] = a => a.Handle = "ada",
    };

    private static readonly Dictionary<string, Action<SoftAuthenticator>> s_wrongPasskeys = new(s_wrongs, StringComparer.Ordinal)
    {
        ["algorithm"] = a => a.Algorithm = -8,
        ["algorithm that nobody has"] = a => a.Algorithm = -65535,
        ["a vendor's statement"] = a => a.Statement = "fido-u2f",
        ["an own statement, wrongly signed"] = a => (a.Statement, a.Signed) = ("packed", s => [.. s[..^1], (byte)(s[^1] ^ 1)]),
    };

    [Fact]
    public async Task What_is_wrong_with_an_answer_keeps_it_out()
    {
        await using var host = await IdentityHost.StartAsync(template);
        foreach (var (what, wrong) in s_wrongAnswers)
        {
            using var authenticator = new SoftAuthenticator();
            var email = $"ada{Guid.NewGuid():N}@example.org";
            await host.MakeWithPasskeyAsync(email, authenticator);
            Assert.True((await host.SignInByPasskeyAsync(authenticator)).Status == HttpStatusCode.OK, what);
            wrong(authenticator);
            var answer = await host.SignInByPasskeyAsync(authenticator);
            Assert.True((answer.Status, answer.Type) == (HttpStatusCode.Unauthorized, "urn:godwit:problem:passkey-refused"), what);
        }
        Assert.Equal(s_wrongAnswers.Count, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE event_type = 'passkey_refused'"));
    }

    [Fact]
    public async Task What_is_wrong_with_a_new_passkey_makes_none()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        foreach (var (what, wrong) in s_wrongPasskeys)
        {
            using var authenticator = new SoftAuthenticator();
            wrong(authenticator);
            Assert.True((await host.RegisterAsync(tokens.Access, authenticator)).Status == HttpStatusCode.BadRequest, what);
        }
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_passkeys"));
        using var own = new SoftAuthenticator { Statement = "packed" };
        Assert.Equal(HttpStatusCode.Created, (await host.RegisterAsync(tokens.Access, own)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await RegisterAgainAsync()).Status);

        async Task<Answer> RegisterAgainAsync()
        {
            await host.MakeAccountAsync("eve@example.org");
            return await host.RegisterAsync((await host.SignInAsync("eve@example.org")).Access, own);
        }
    }

    [Fact]
    public async Task An_answer_is_to_one_question_once_for_five_minutes_and_by_the_client_that_was_asked()
    {
        await using var host = await IdentityHost.StartAsync(template);
        using var authenticator = new SoftAuthenticator();
        var tokens = await host.MakeWithPasskeyAsync("ada@example.org", authenticator);
        var (one, other) = (await host.AskAsync(), await host.AskAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(one, authenticator.Assert(Options(other)))).Status);
        // That was its only answer.
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(one, authenticator.Assert(Options(one)))).Status);
        var right = authenticator.Assert(Options(other));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(other, right.DeepClone().AsObject())).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(other, right)).Status);
        var late = await host.AskAsync();
        await host.Database.ExecuteAsync("UPDATE identity.passkey_challenges SET created_at = now() - interval '6 minutes', expires_at = now() - interval '1 second'");
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(late, authenticator.Assert(Options(late)))).Status);
        var elsewhere = await host.AskAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync("/v1/auth/passkeys/login", PasskeyRequests.Body(elsewhere, authenticator.Assert(Options(elsewhere)).ToJsonString()), agent: "another")).Status);
        // What was asked to make a passkey signs nobody in.
        var registration = await host.SendAsync(HttpMethod.Post, "/v1/auth/passkeys/registration/options", bearer: tokens.Access);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(registration, authenticator.Assert(Options(registration)))).Status);
        foreach (var body in new[] { "{}", """{"challenge":"x","credential":{}}""", """{"challenge":null,"credential":"x"}""" }) Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync("/v1/auth/passkeys/login", body)).Status);

        static System.Text.Json.JsonElement Options(Answer asked) => asked.Json.GetProperty("options");

        Task<Answer> SendAsync(Answer asked, JsonObject credential) => host.PostAsync("/v1/auth/passkeys/login", PasskeyRequests.Body(asked, credential.ToJsonString()));
    }

    [Fact]
    public async Task A_counter_that_does_not_go_up_is_refused_and_its_owner_is_told()
    {
        await using var host = await IdentityHost.StartAsync(template);
        using var authenticator = new SoftAuthenticator { Count = 7 };
        await host.MakeWithPasskeyAsync("ada@example.org", authenticator);
        Assert.Equal(HttpStatusCode.OK, (await host.SignInByPasskeyAsync(authenticator)).Status);
        authenticator.Count--;
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SignInByPasskeyAsync(authenticator)).Status);
        Assert.Equal("critical", await host.Database.ScalarAsync<string>("SELECT severity FROM identity.user_security_events WHERE event_type = 'passkey_copied' AND blocked"));
        await Patience.UntilAsync(() => Task.FromResult(host.To("ada@example.org").Any(m => m.Body.Contains("a copy of it", StringComparison.Ordinal))));
        Assert.Equal(HttpStatusCode.OK, (await host.SignInByPasskeyAsync(authenticator)).Status);
    }

    [Fact]
    public async Task One_that_does_not_count_is_taken_and_may_come_to_be_backed_up()
    {
        await using var host = await IdentityHost.StartAsync(template);
        using var authenticator = new SoftAuthenticator { Counts = false, BackupEligible = true };
        var tokens = await host.MakeWithPasskeyAsync("ada@example.org", authenticator);
        Assert.Equal(HttpStatusCode.OK, (await host.SignInByPasskeyAsync(authenticator)).Status);
        authenticator.BackedUp = true;
        Assert.Equal(HttpStatusCode.OK, (await host.SignInByPasskeyAsync(authenticator)).Status);
        Assert.True((await host.SendAsync(HttpMethod.Get, "/v1/auth/passkeys", bearer: tokens.Access)).Json[0].GetProperty("backedUp").GetBoolean());
    }
}
