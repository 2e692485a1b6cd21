using System.Net;
using Godwit.Identity.Tests.Passkeys;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.MagicLinks;

[Trait("ASVS", "6.6.2")]
public sealed class MagicLinkTests(IdentityTemplate template)
{
    [Fact]
    public async Task A_link_signs_in_where_it_was_asked_for_once_and_nowhere_else()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var asked = await AskAsync(host);
        var link = await host.LinkAsync("ada@example.org", 2);
        // Whoever sees the mail, and who asked for another, has nothing; and the link stays as it is.
        var other = await AskAsync(host);
        foreach (var request in new[] { "null", "\"none\"", $"\"{Request(other)}\"", $"\"{link}\"" })
            Assert.Equal("urn:godwit:problem:link-of-another-device", (await host.PostAsync("/v1/auth/magic-link/confirm", $$"""{"token":"{{link}}","request":{{request}}}""")).Type);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ConfirmAsync(host, link, asked)));
        var signedIn = Tokens.Of(Assert.Single(answers, a => a.Status == HttpStatusCode.OK));
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.OK), a => Assert.Equal("urn:godwit:problem:link-invalid", a.Type));
        Assert.Equal("mail", await host.Database.ScalarAsync<string>($"SELECT array_to_string(methods, ',') FROM identity.user_sessions WHERE family = '{signedIn.Session}'"));
    }

    [Fact]
    public async Task A_link_is_good_for_a_quarter_of_an_hour_and_for_nothing_else()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var asked = await AskAsync(host);
        var link = await host.LinkAsync("ada@example.org", 2);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{link}}","password":"quite another one 7"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await ConfirmAsync(host, Request(asked), asked)).Status);
        await host.Database.ExecuteAsync("UPDATE identity.password_reset_tokens SET created_at = now() - interval '16 minutes', expires_at = now() - interval '1 second'");
        Assert.Equal("urn:godwit:problem:link-invalid", (await ConfirmAsync(host, link, asked)).Type);
    }

    [Fact]
    public async Task Asking_does_and_tells_the_same_for_every_address()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (known, unknown) = (await AskAsync(host), await AskAsync(host, "eve@example.org"));
        Assert.Equal(HttpStatusCode.Accepted, known.Status);
        Assert.Equal((known.Status, string.Join('\n', known.Headers), known.Text.Replace(Request(known), "", StringComparison.Ordinal)), (unknown.Status, string.Join('\n', unknown.Headers), unknown.Text.Replace(Request(unknown), "", StringComparison.Ordinal)));
        Assert.Equal(2, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.password_reset_tokens WHERE purpose = 'login'"));
        await host.LinkAsync("ada@example.org", 2);
        Assert.Empty(host.To("eve@example.org"));
    }

    [Fact]
    public async Task Its_owner_gets_in_by_it_while_passwords_are_locked_out()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        for (var i = 0; i < 7; i++) await host.LoginAsync("ada@example.org", "wrong wrong wrong");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await host.LoginAsync("ada@example.org")).Status);
        var asked = await AskAsync(host);
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(host, await host.LinkAsync("ada@example.org", 2), asked)).Status);
    }

    [Fact]
    public async Task Where_the_second_factor_is_a_code_by_mail_a_link_asks_for_the_password()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.SignInAsync("ada@example.org");
        await host.Database.ExecuteAsync("INSERT INTO identity.user_2fa_settings (user_id, enabled, method) SELECT id, true, 'email' FROM identity.users");
        var asked = await AskAsync(host);
        var challenge = await ConfirmAsync(host, await host.LinkAsync("ada@example.org", 2), asked);
        Assert.Equal(("second_factor_required", "password"), (challenge.Json.GetProperty("status").GetString(), challenge.Json.GetProperty("method").GetString()));
        Assert.Equal(HttpStatusCode.Unauthorized, (await CodeAsync("wrong wrong wrong")).Status);
        var signedIn = await CodeAsync(IdentityHost.Password);
        Assert.Equal("mail,pwd", await host.Database.ScalarAsync<string>($"SELECT array_to_string(methods, ',') FROM identity.user_sessions WHERE family = '{Tokens.Of(signedIn).Session}'"));

        Task<Answer> CodeAsync(string code) => host.PostAsync("/v1/auth/login/2fa", $$"""{"challenge":"{{challenge.Json.GetProperty("challenge").GetString()}}","code":"{{code}}"}""");
    }

    [Fact]
    public async Task It_passes_by_no_other_second_factor()
    {
        await using var host = await IdentityHost.StartAsync(template);
        using var authenticator = new SoftAuthenticator();
        await host.MakeWithPasskeyAsync("ada@example.org", authenticator);
        await host.Database.ExecuteAsync("INSERT INTO identity.user_2fa_settings (user_id, enabled, method) SELECT id, true, 'webauthn' FROM identity.users");
        var asked = await AskAsync(host);
        var challenge = await ConfirmAsync(host, await host.LinkAsync("ada@example.org", 3), asked);
        Assert.Equal("webauthn", challenge.Json.GetProperty("method").GetString());
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/login/2fa", PasskeyRequests.Body(challenge, authenticator.Assert(challenge.Json.GetProperty("passkey")).ToJsonString()))).Status);
    }

    private static Task<Answer> AskAsync(IdentityHost host, string email = "ada@example.org") => host.PostAsync("/v1/auth/magic-link/request", $$"""{"email":"{{email}}"}""");

    private static string Request(Answer asked) => asked.Json.GetProperty("request").GetString()!;

    private static Task<Answer> ConfirmAsync(IdentityHost host, string link, Answer asked) => host.PostAsync("/v1/auth/magic-link/confirm", $$"""{"token":"{{link}}","request":"{{Request(asked)}}"}""");
}
