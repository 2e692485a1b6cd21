using System.Net;
using Godwit.Identity.Tests.Passkeys;
using Godwit.Identity.Tests.Running;
using Godwit.Security.Passwords;

namespace Godwit.Identity.Tests.SecondFactors;

/// <summary>What a session asks for its second factor once more.</summary>
public sealed class ChallengeTests(IdentityTemplate template)
{
    private const string Ada = "ada@example.org";

    [Fact]
    [Trait("ASVS", "6.6.2")]
    public async Task A_code_that_was_asked_for_one_thing_is_good_for_no_other()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var (tokens, codes) = await SetUpAsync(host);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.PostAsync("/v1/auth/2fa/challenge", "{}", tokens.Access)).Status);
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET authenticated_at = now() - interval '16 minutes'");
        foreach (var purpose in new[] { "disable", "backup_codes", "erasure" })
        {
            await host.Database.ExecuteAsync("UPDATE identity.user_2fa_settings SET failed_attempts = 0, locked_until = NULL");
            foreach (var other in new[] { "disable", "backup_codes", "erasure" }.Where(p => p != purpose)) Assert.Equal(HttpStatusCode.Unauthorized, (await UseAsync(other, purpose, codes[0])).Status);
        }
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.data_subject_requests"));
        Assert.Equal(HttpStatusCode.Created, (await UseAsync("erasure", "erasure", codes[0])).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await UseAsync("disable", "disable", codes[1])).Status);

        async Task<Answer> UseAsync(string use, string purpose, string code)
        {
            var challenge = (await host.PostAsync("/v1/auth/2fa/challenge", $$"""{"purpose":"{{purpose}}"}""", tokens.Access)).Json.GetProperty("challenge").GetString();
            return use == "erasure"
                ? await host.PostAsync("/v1/me/data-requests", $$"""{"type":"erasure","password":"{{IdentityHost.Password}}","challenge":"{{challenge}}","code":"{{code}}"}""", tokens.Access)
                : await host.PostAsync(use == "disable" ? "/v1/auth/2fa/disable" : "/v1/auth/2fa/backup-codes", $$"""{"challenge":"{{challenge}}","code":"{{code}}"}""", tokens.Access);
        }
    }

    [Fact]
    [Trait("ASVS", "2.4.1")]
    public async Task A_session_asks_so_often_and_no_more_whatever_it_asks_for()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var (tokens, _) = await SetUpAsync(host);
        List<Answer> answers = [];
        for (var i = 0; i < 10; i++) answers.Add(await host.PostAsync("/v1/auth/2fa/challenge", """{"purpose":"disable"}""", tokens.Access));
        // One was for setting it up.
        Assert.Equal(9, answers.Count(a => a.Status == HttpStatusCode.OK));
        Assert.Contains(answers[^1].Headers, h => h.StartsWith("Retry-After: ", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await host.PostAsync("/v1/auth/email/change", $$"""{"newEmail":"new@example.org","password":"{{IdentityHost.Password}}"}""", tokens.Access)).Status);
    }

    [Fact]
    public async Task Another_address_is_asked_for_with_a_passkey_too_which_is_of_that_address_only()
    {
        await using var host = await IdentityHost.StartAsync(template);
        using var authenticator = new SoftAuthenticator();
        var tokens = await host.MakeWithPasskeyAsync(Ada, authenticator);
        await host.Database.ExecuteAsync("INSERT INTO identity.user_2fa_settings (user_id, enabled, method) SELECT id, true, 'webauthn' FROM identity.users");
        var asked = await AskAsync("new@example.org", "");
        Assert.Equal((HttpStatusCode.OK, "webauthn"), (asked.Status, asked.Json.GetProperty("method").GetString()));
        var answer = $",{PasskeyRequests.Body(asked, authenticator.Assert(asked.Json.GetProperty("passkey")).ToJsonString()).Trim()[1..^1]}";
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync("other@example.org", answer)).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await AskAsync("new@example.org", answer)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync("new@example.org", answer)).Status);

        Task<Answer> AskAsync(string email, string more) => host.PostAsync("/v1/auth/email/change", $$"""{"newEmail":"{{email}}","password":"{{IdentityHost.Password}}"{{more}} }""", tokens.Access);
    }

    [Fact]
    public async Task An_attempt_whose_turn_did_not_come_is_none()
    {
        var gate = new HashingGate(TimeProvider.System, width: 1, deadline: TimeSpan.FromSeconds(5));
        await using var host = await IdentityHost.OnAsync(template, await template.CopyAsync(), new BusyModule(gate));
        var (tokens, codes) = await SetUpAsync(host);
        var challenge = (await host.PostAsync("/v1/auth/2fa/challenge", """{"purpose":"disable"}""", tokens.Access)).Json.GetProperty("challenge").GetString();
        var body = $$"""{"challenge":"{{challenge}}","code":"{{codes[0]}}"}""";
        using (var held = new ManualResetEventSlim())
        {
            var busy = gate.RunAsync(() => held.Wait(Timeout.Infinite, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
            // As often as would use the challenge up, and lock the factor.
            var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => host.PostAsync("/v1/auth/2fa/disable", body, tokens.Access)));
            Assert.All(answers, a => Assert.Equal(HttpStatusCode.ServiceUnavailable, a.Status));
            held.Set();
            await busy;
        }
        Assert.Equal(0, await host.Database.ScalarAsync<int>("SELECT failed_attempts FROM identity.user_2fa_settings"));
        Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync("/v1/auth/2fa/disable", body, tokens.Access)).Status);
    }

    private static async Task<(Tokens Tokens, List<string> Codes)> SetUpAsync(IdentityHost host)
    {
        await host.MakeAccountAsync(Ada);
        var tokens = await host.SignInAsync(Ada);
        var enrolled = await host.PostAsync("/v1/auth/2fa/enable", """{"method":"email"}""", tokens.Access);
        await host.MailAsync(Ada, 2);
        var sheet = await host.PostAsync("/v1/auth/2fa/confirm", Running.Codes.Body(enrolled, Running.Codes.Newest(host, Ada)), tokens.Access);
        Assert.True(sheet.Status == HttpStatusCode.OK, sheet.Text);
        return (tokens, [.. sheet.Json.GetProperty("backupCodes").EnumerateArray().Select(c => c.GetString()!)]);
    }
}
