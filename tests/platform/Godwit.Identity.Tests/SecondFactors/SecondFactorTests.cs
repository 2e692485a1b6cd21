using System.Net;
using System.Text.RegularExpressions;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.SecondFactors;

public sealed partial class SecondFactorTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "6.5.1")]
    public async Task By_mail_a_login_gives_tokens_after_the_code_only_and_the_code_is_good_once()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        // As the seed's curl sends it: without a type.
        var enrolled = await host.SendAsync(HttpMethod.Post, "/v1/auth/2fa/enable", """{"method": "email"}""", tokens.Access, contentType: "application/x-www-form-urlencoded");
        var sheet = await ConfirmAsync(host, tokens, enrolled, await CodeAsync(host, 2));
        Assert.Equal(10, sheet.Json.GetProperty("backupCodes").GetArrayLength());
        var asked = await host.LoginAsync("ada@example.org");
        Assert.Equal((HttpStatusCode.OK, "second_factor_required"), (asked.Status, asked.Json.GetProperty("status").GetString()));
        Assert.DoesNotContain("Token", asked.Text, StringComparison.Ordinal);
        // Confirmation of the set-up was told between the two codes.
        var code = await CodeAsync(host, 4);
        Assert.Equal(HttpStatusCode.OK, (await AnswerAsync(host, asked, code)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(host, asked, code)).Status);
    }

    [Fact]
    [Trait("ASVS", "6.6.2")]
    public async Task A_code_is_of_the_request_that_asked_for_it()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await SetUpByMailAsync(host);
        var one = await host.LoginAsync("ada@example.org");
        await host.MailAsync("ada@example.org", 4);
        var other = await host.LoginAsync("ada@example.org");
        var second = await CodeAsync(host, 5);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(host, one, second)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync("/v1/auth/login/2fa", Body(other, second), agent: "another client")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AnswerAsync(host, other, second)).Status);
    }

    [Fact]
    [Trait("ASVS", "6.6.3")]
    public async Task Wrong_codes_count_together_whatever_challenge_they_answer()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await SetUpByMailAsync(host);
        HttpStatusCode last = default;
        for (var i = 0; i < 4 && last != HttpStatusCode.TooManyRequests; i++)
        {
            await host.Database.ExecuteAsync("DELETE FROM identity.login_buckets");
            var asked = await host.LoginAsync("ada@example.org");
            for (var n = 0; n < 3; n++) last = (await AnswerAsync(host, asked, "000000")).Status;
        }
        Assert.Equal(HttpStatusCode.TooManyRequests, last);
        // A right one is not looked at either.
        await host.Database.ExecuteAsync("DELETE FROM identity.login_buckets");
        var again = await host.LoginAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await AnswerAsync(host, again, NewestCode(host))).Status);
    }

    [Fact]
    [Trait("ASVS", "6.5.1")]
    public async Task An_authenticator_is_set_up_by_its_key_and_none_of_its_steps_is_taken_twice()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var (seed, step) = await SetUpAuthenticatorAsync(host);
        // The step that confirmed it is used up; the next is taken for a minute and a half from then.
        var asked = await host.LoginAsync("ada@example.org");
        Assert.Equal("totp", asked.Json.GetProperty("method").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(host, asked, Totp.CodeAt(seed, step))).Status);
        Assert.Equal(HttpStatusCode.OK, (await AnswerAsync(host, asked, Totp.CodeAt(seed, step + 1))).Status);
        var next = await host.LoginAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(host, next, Totp.CodeAt(seed, step + 1))).Status);
    }

    [Fact]
    public async Task Of_many_who_have_the_same_code_at_once_one_gets_in()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await SetUpByMailAsync(host);
        var asked = await host.LoginAsync("ada@example.org");
        var code = await CodeAsync(host, 4);
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => AnswerAsync(host, asked, code)));
        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
    }

    [Fact]
    [Trait("ASVS", "6.5.1")]
    public async Task A_backup_code_is_good_once_and_new_ones_take_the_place_of_all()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var (tokens, codes) = await SetUpByMailAsync(host);
        var asked = await host.LoginAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.OK, (await AnswerAsync(host, asked, codes[0].ToLowerInvariant())).Status);
        var again = await host.LoginAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(host, again, codes[0])).Status);
        Assert.Equal(9, (await host.SendAsync(HttpMethod.Get, "/v1/auth/2fa", bearer: tokens.Access)).Json.GetProperty("backupCodesLeft").GetInt32());
        var challenge = await host.PostAsync("/v1/auth/2fa/challenge", """{"purpose":"backup_codes"}""", tokens.Access);
        var renewed = await host.PostAsync("/v1/auth/2fa/backup-codes", Body(challenge, codes[1]), tokens.Access);
        Assert.Equal(HttpStatusCode.OK, renewed.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(host, await host.LoginAsync("ada@example.org"), codes[2])).Status);
        Assert.Equal(HttpStatusCode.OK, (await AnswerAsync(host, await host.LoginAsync("ada@example.org"), renewed.Json.GetProperty("backupCodes")[0].GetString()!)).Status);
    }

    [Fact]
    [Trait("ASVS", "6.4.3")]
    [Trait("ASVS", "6.4.4")]
    [Trait("ASVS", "7.5.1")]
    public async Task It_is_taken_away_by_who_has_it_and_not_by_a_new_password()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var (tokens, codes) = await SetUpByMailAsync(host);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync("/v1/auth/2fa/disable", """{"challenge":"none","code":"123456"}""", tokens.Access)).Status);
        await host.PostAsync("/v1/auth/password-reset/request", """{"email":"ada@example.org"}""");
        var link = await host.LinkAsync("ada@example.org", 4);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{link}}","password":"quite another one 7"}""")).Status);
        var asked = await host.LoginAsync("ada@example.org", "quite another one 7");
        Assert.Equal("second_factor_required", asked.Json.GetProperty("status").GetString());
        var signedIn = Tokens.Of(await AnswerAsync(host, asked, codes[0]));
        var challenge = await host.PostAsync("/v1/auth/2fa/challenge", """{"purpose":"disable"}""", signedIn.Access);
        Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync("/v1/auth/2fa/disable", Body(challenge, codes[1]), signedIn.Access)).Status);
        Assert.True((await host.LoginAsync("ada@example.org", "quite another one 7")).Json.TryGetProperty("accessToken", out _));
    }

    [Fact]
    [Trait("ASVS", "6.3.3")]
    public async Task Where_it_is_required_who_has_none_can_do_nothing_but_set_one_up()
    {
        await using var host = await IdentityHost.StartAsync(template, ("IDENTITY_MFA", "required"));
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        foreach (var path in new[] { "/v1/me", "/v1/auth/sessions", "/v1/auth/devices", "/v1/me/consents" })
            Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Get, path, bearer: tokens.Access)).Status);
        var enrolled = await host.PostAsync("/v1/auth/2fa/enable", """{"method":"email"}""", tokens.Access);
        await ConfirmAsync(host, tokens, enrolled, await CodeAsync(host, 2));
        var renewed = Tokens.Of(await host.SendAsync(HttpMethod.Post, "/v1/auth/refresh", bearer: tokens.Refresh));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: renewed.Access)).Status);
    }

    [Fact]
    [Trait("ASVS", "6.5.2")]
    public async Task Codes_and_keys_stand_nowhere_in_the_clear()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var (seed, _) = await SetUpAuthenticatorAsync(host);
        Assert.Equal(0, await host.Database.ScalarAsync<long>($"SELECT count(*) FROM identity.user_2fa_settings s WHERE s::text LIKE '%{Convert.ToHexStringLower(seed)}%' OR s::text LIKE '%{Base32.Encode(seed)}%'"));
        Assert.Equal(10, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_2fa_settings, unnest(backup_codes) c WHERE c LIKE '$argon2id$%'"));
        Assert.DoesNotContain(Base32.Encode(seed), host.Platform.Log.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [Trait("ASVS", "7.4.3")]
    public async Task Setting_one_up_ends_sessions_that_have_not_shown_it()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var stolen = await host.SignInAsync("ada@example.org");
        var own = await host.SignInAsync("ada@example.org");
        var enrolled = await host.PostAsync("/v1/auth/2fa/enable", """{"method":"totp"}""", own.Access);
        var code = Totp.CodeAt(Base32.Decode(enrolled.Json.GetProperty("secret").GetString()!)!, Totp.StepAt(TimeProvider.System.GetUtcNow()));
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/2fa/confirm", Body(enrolled, code), own.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync("/v1/auth/passkeys/registration/options", "{}", stolen.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync("/v1/auth/refresh", $$"""{"refreshToken":"{{stolen.Refresh}}"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/passkeys/registration/options", "{}", own.Access)).Status);
    }

    [Fact]
    public async Task A_login_that_was_begun_with_the_password_of_before_goes_no_further()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var (own, _) = await SetUpByMailAsync(host);
        var begun = await host.LoginAsync("ada@example.org");
        var code = await CodeAsync(host, 4);
        Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync("/v1/auth/password/change", $$"""{"currentPassword":"{{IdentityHost.Password}}","newPassword":"another sentence of mine"}""", own.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(host, begun, code)).Status);
    }

    [Fact]
    public async Task Who_has_a_role_is_asked_for_the_passkey_that_they_have()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var root = await host.MakeAccountAsync("ada@example.org");
        var own = await host.SignInAsync("ada@example.org");
        using var authenticator = new Passkeys.SoftAuthenticator();
        var asked = (await host.PostAsync("/v1/auth/passkeys/registration/options", "{}", own.Access)).Json;
        var made = await host.PostAsync(
            "/v1/auth/passkeys/registration", $$"""{"challenge":"{{asked.GetProperty("challenge").GetString()}}","credential":{{authenticator.Register(asked.GetProperty("options")).ToJsonString()}},"name":"key"}""", own.Access);
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org")).Status);
        await host.Database.ExecuteAsync($"INSERT INTO identity.user_roles (user_id, role) SELECT id, 'administrator' FROM identity.users WHERE uuid = '{root}'");
        var login = await host.LoginAsync("ada@example.org");
        Assert.Equal("webauthn", login.Json.GetProperty("method").GetString());
        Assert.DoesNotContain("accessToken", login.Text, StringComparison.Ordinal);
    }

    private static async Task<(Tokens Tokens, List<string> Codes)> SetUpByMailAsync(IdentityHost host)
    {
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        var enrolled = await host.PostAsync("/v1/auth/2fa/enable", """{"method":"email"}""", tokens.Access);
        var sheet = await ConfirmAsync(host, tokens, enrolled, await CodeAsync(host, 2));
        await host.MailAsync("ada@example.org", 3);
        return (tokens, [.. sheet.Json.GetProperty("backupCodes").EnumerateArray().Select(c => c.GetString()!)]);
    }

    private static async Task<(byte[] Seed, long Step)> SetUpAuthenticatorAsync(IdentityHost host)
    {
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        var enrolled = await host.PostAsync("/v1/auth/2fa/enable", """{"method":"totp"}""", tokens.Access);
        Assert.StartsWith("<svg", enrolled.Json.GetProperty("qr").GetString(), StringComparison.Ordinal);
        var seed = Base32.Decode(enrolled.Json.GetProperty("secret").GetString()!)!;
        var step = Totp.StepAt(TimeProvider.System.GetUtcNow());
        await ConfirmAsync(host, tokens, enrolled, Totp.CodeAt(seed, step));
        return (seed, step);
    }

    private static async Task<Answer> ConfirmAsync(IdentityHost host, Tokens tokens, Answer enrolled, string code)
    {
        Assert.True(enrolled.Status == HttpStatusCode.OK, enrolled.Text);
        var sheet = await host.PostAsync("/v1/auth/2fa/confirm", Body(enrolled, code), tokens.Access);
        Assert.True(sheet.Status == HttpStatusCode.OK, sheet.Text);
        return sheet;
    }

    private static Task<Answer> AnswerAsync(IdentityHost host, Answer asked, string code) => host.PostAsync("/v1/auth/login/2fa", Body(asked, code));

    private static string Body(Answer asked, string code) => $$"""{"challenge":"{{asked.Json.GetProperty("challenge").GetString()}}","code":"{{code}}"}""";

    /// <summary>The newest code, once so many mails came.</summary>
    private static async Task<string> CodeAsync(IdentityHost host, int mails)
    {
        await host.MailAsync("ada@example.org", mails);
        return NewestCode(host);
    }

    private static string NewestCode(IdentityHost host) => host.To("ada@example.org").Select(m => Digits().Match(m.Body)).Last(m => m.Success).Value;

    [GeneratedRegex("^[0-9]{6}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();
}
