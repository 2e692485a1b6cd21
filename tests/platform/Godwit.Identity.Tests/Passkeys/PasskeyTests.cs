using System.Net;
using System.Text.Json;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Passkeys;

[Trait("ASVS", "6.3.3")]
public sealed class PasskeyTests(IdentityTemplate template)
{
    [Fact]
    public async Task A_passkey_signs_in_as_two_factors_without_an_address()
    {
        await using var host = await IdentityHost.StartAsync(template, ("IDENTITY_MFA", "required"));
        using var authenticator = new SoftAuthenticator();
        var first = await host.MakeWithPasskeyAsync("ada@example.org", authenticator);
        var tokens = Tokens.Of(await host.SignInByPasskeyAsync(authenticator));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Status);
        Assert.Equal("hwk", await host.Database.ScalarAsync<string>($"SELECT array_to_string(methods, ',') FROM identity.user_sessions WHERE family = '{tokens.Session}'"));
        // The session that made it has shown it, too.
        var renewed = Tokens.Of(await host.SendAsync(HttpMethod.Post, "/v1/auth/refresh", bearer: first.Refresh));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: renewed.Access)).Status);
        var used = (await host.SendAsync(HttpMethod.Get, "/v1/auth/passkeys", bearer: tokens.Access)).Json.EnumerateArray().Single();
        Assert.NotEqual(JsonValueKind.Undefined, used.GetProperty("lastUsedAt").ValueKind);
        await Patience.UntilAsync(() => Task.FromResult(host.To("ada@example.org").Any(m => m.Headers["Subject"].Contains("passkey", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task What_is_asked_for_names_the_site_and_asks_for_a_verified_person()
    {
        await using var host = await IdentityHost.StartAsync(template, ("GODWIT_PUBLIC_URL", "https://id.example.org"), ("IDENTITY_PASSKEY_DOMAIN", "example.org"), ("IDENTITY_SERVICE_NAME", "Suma"));
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        var options = (await host.SendAsync(HttpMethod.Post, "/v1/auth/passkeys/registration/options", bearer: tokens.Access)).Json.GetProperty("options");
        Assert.Equal(("example.org", "Suma"), (options.GetProperty("rp").GetProperty("id").GetString(), options.GetProperty("rp").GetProperty("name").GetString()));
        Assert.Equal(("ada@example.org", "Ada Byron"), (options.GetProperty("user").GetProperty("name").GetString(), options.GetProperty("user").GetProperty("displayName").GetString()));
        Assert.Equal(("required", "required"), (options.GetProperty("authenticatorSelection").GetProperty("userVerification").GetString(), options.GetProperty("authenticatorSelection").GetProperty("residentKey").GetString()));
        Assert.Equal([-257, -35, -7], options.GetProperty("pubKeyCredParams").EnumerateArray().Select(p => p.GetProperty("alg").GetInt32()).Order());
        using var authenticator = new SoftAuthenticator { Domain = "example.org", Origin = "https://id.example.org" };
        Assert.Equal(HttpStatusCode.Created, (await host.RegisterAsync(tokens.Access, authenticator)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SignInByPasskeyAsync(authenticator)).Status);
        // A row that waits says nothing of the person.
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.passkey_challenges WHERE state LIKE '%ada@%' OR state LIKE '%Byron%'"));
    }

    [Fact]
    public async Task Nobody_learns_from_the_options_whether_an_address_has_an_account()
    {
        await using var host = await IdentityHost.StartAsync(template);
        using var authenticator = new SoftAuthenticator();
        await host.MakeWithPasskeyAsync("ada@example.org", authenticator);
        var answers = new[] { await host.AskAsync("""{"email":"ada@example.org"}"""), await host.AskAsync("""{"email":"eve@example.org"}"""), await host.AskAsync() };
        Assert.Single(answers.Select(a => (a.Status, string.Join('\n', a.Headers), Shape(a))).Distinct());
        Assert.All(answers, a => Assert.False(a.Json.GetProperty("options").TryGetProperty("allowCredentials", out var allowed) && allowed.GetArrayLength() > 0));
        Assert.Equal(HttpStatusCode.BadRequest, (await host.AskAsync("""{"email":"nobody"}""")).Status);

        static string Shape(Answer answer) => string.Join(',', answer.Json.GetProperty("options").EnumerateObject().Select(p => p.Name == "challenge" ? $"{p.Name}:{p.Value.GetString()!.Length}" : $"{p.Name}:{p.Value}"));
    }

    [Fact]
    public async Task A_passkey_gets_in_while_passwords_are_locked_out()
    {
        await using var host = await IdentityHost.StartAsync(template);
        using var authenticator = new SoftAuthenticator();
        await host.MakeWithPasskeyAsync("ada@example.org", authenticator);
        for (var i = 0; i < 7; i++) await host.LoginAsync("ada@example.org", "wrong wrong wrong");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await host.LoginAsync("ada@example.org")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SignInByPasskeyAsync(authenticator)).Status);
        // But not into an account that an administrator has closed.
        await host.Database.ExecuteAsync("UPDATE identity.users SET account_locked = true");
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SignInByPasskeyAsync(authenticator)).Status);
    }

    [Fact]
    public async Task Its_owner_names_and_removes_it_and_nobody_else_does()
    {
        await using var host = await IdentityHost.StartAsync(template);
        using var authenticator = new SoftAuthenticator();
        await host.MakeAccountAsync("ada@example.org");
        await host.MakeAccountAsync("eve@example.org");
        var (ada, eve) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("eve@example.org"));
        var made = await host.RegisterAsync(ada.Access, authenticator, "My phone");
        Assert.Equal("My phone", made.Json.GetProperty("name").GetString());
        var path = $"/v1/auth/passkeys/{made.Json.GetProperty("id").GetGuid()}";
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Patch, path, """{"name":"Mine"}""", eve.Access)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Delete, path, bearer: eve.Access)).Status);
        Assert.Equal(0, (await host.SendAsync(HttpMethod.Get, "/v1/auth/passkeys", bearer: eve.Access)).Json.GetArrayLength());
        Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync(HttpMethod.Patch, path, """{"name":" "}""", ada.Access)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Patch, path, """{"name":"Old phone"}""", ada.Access)).Status);
        Assert.Equal("Old phone", (await host.SendAsync(HttpMethod.Get, "/v1/auth/passkeys", bearer: ada.Access)).Json[0].GetProperty("name").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, path, bearer: ada.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SignInByPasskeyAsync(authenticator)).Status);
    }

    [Fact]
    public async Task Making_and_removing_one_asks_for_a_recent_sign_in()
    {
        await using var host = await IdentityHost.StartAsync(template);
        using var authenticator = new SoftAuthenticator();
        var tokens = await host.MakeWithPasskeyAsync("ada@example.org", authenticator);
        var id = (await host.SendAsync(HttpMethod.Get, "/v1/auth/passkeys", bearer: tokens.Access)).Json[0].GetProperty("id").GetGuid();
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET authenticated_at = now() - interval '16 minutes'");
        Assert.Equal("urn:godwit:problem:sign-in-again", (await host.SendAsync(HttpMethod.Post, "/v1/auth/passkeys/registration/options", bearer: tokens.Access)).Type);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Delete, $"/v1/auth/passkeys/{id}", bearer: tokens.Access)).Status);
    }

    [Fact]
    public async Task It_is_a_second_factor_instead_of_a_code()
    {
        await using var host = await IdentityHost.StartAsync(template);
        using var authenticator = new SoftAuthenticator();
        using var stranger = new SoftAuthenticator();
        var tokens = await host.MakeWithPasskeyAsync("ada@example.org", authenticator);
        await host.MakeWithPasskeyAsync("eve@example.org", stranger);
        var enrolled = await host.PostAsync("/v1/auth/2fa/enable", """{"method":"webauthn"}""", tokens.Access);
        Assert.True(enrolled.Status == HttpStatusCode.OK, enrolled.Text);
        var confirmed = await host.PostAsync("/v1/auth/2fa/confirm", PasskeyRequests.Body(enrolled, authenticator.Assert(enrolled.Json.GetProperty("passkey")).ToJsonString()), tokens.Access);
        Assert.True(confirmed.Status == HttpStatusCode.OK, confirmed.Text);
        var asked = await host.LoginAsync("ada@example.org");
        Assert.Equal("webauthn", asked.Json.GetProperty("method").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(stranger)).Status);
        var signedIn = await AnswerAsync(authenticator);
        Assert.Equal("pwd,hwk", await host.Database.ScalarAsync<string>($"SELECT array_to_string(methods, ',') FROM identity.user_sessions WHERE family = '{Tokens.Of(signedIn).Session}'"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(authenticator)).Status);
        // While it is the second factor, the last one stays.
        var id = (await host.SendAsync(HttpMethod.Get, "/v1/auth/passkeys", bearer: tokens.Access)).Json[0].GetProperty("id").GetGuid();
        Assert.Equal("urn:godwit:problem:second-factor-in-use", (await host.SendAsync(HttpMethod.Delete, $"/v1/auth/passkeys/{id}", bearer: tokens.Access)).Type);

        Task<Answer> AnswerAsync(SoftAuthenticator by) => host.PostAsync("/v1/auth/login/2fa", PasskeyRequests.Body(asked, by.Assert(asked.Json.GetProperty("passkey")).ToJsonString()));
    }
}
