using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.External;

public sealed class ExternalLoginTests(IdentityTemplate template) : IDisposable
{
    private const string Finish = "/v1/auth/oauth/acme/finish";

    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-oidc-").FullName;

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task Who_is_new_gives_consents_gets_an_account_and_signs_in_to_it_from_then_on(bool post)
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var host = await StartAsync(provider.Configure(_folder, post));
        Assert.Equal("acme", (await host.SendAsync(HttpMethod.Get, "/v1/auth/oauth/providers")).Json[0].GetProperty("name").GetString());
        var (start, back) = await GoAsync(host, "ada");
        var needed = await host.PostAsync(Finish, back.Body(Binding(start)));
        Assert.True(needed.Status == HttpStatusCode.OK, needed.Text);
        Assert.Equal(("registration_needed", "ada@example.org"), (needed.Json.GetProperty("status").GetString(), needed.Json.GetProperty("email").GetString()));
        var registration = needed.Json.GetProperty("registration").GetString();
        Assert.Equal(HttpStatusCode.BadRequest, (await RegisterAsync(Binding(start), "false")).Status);
        var made = await RegisterAsync(Binding(start), "true");
        Assert.True(made.Status == HttpStatusCode.OK, made.Text);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RegisterAsync(Binding(start), "true")).Status);
        Assert.Equal("ada@example.org", (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: Tokens.Of(made).Access)).Json.GetProperty("email").GetString());
        Assert.Equal(2, (await host.SendAsync(HttpMethod.Get, "/v1/me/consents", bearer: Tokens.Of(made).Access)).Json.GetArrayLength());
        var again = await SignInAsync(host, "ada");
        Assert.Equal("fed", await host.Database.ScalarAsync<string>($"SELECT array_to_string(methods, ',') FROM identity.user_sessions WHERE family = '{Tokens.Of(again).Session}'"));
        // Nothing of who it is stands there in the clear, and what is under way is gone.
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.external_logins l WHERE encode(l.encrypted_subject, 'escape') LIKE '%ada%' OR encode(l.subject_index, 'escape') LIKE '%ada%'"));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.external_flows"));
        // There is no password; one can be set by mail.
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("ada@example.org")).Status);

        Task<Answer> RegisterAsync(string? binding, string privacy) => host.PostAsync("/v1/auth/oauth/register", $$"""{"registration":"{{registration}}","binding":"{{binding}}","firstName":"Ada","consents":{"terms":true,"privacy":{{privacy}} } }""");
    }

    [Fact]
    [Trait("ASVS", "6.8.1")]
    [Trait("ASVS", "10.5.2")]
    public async Task An_account_with_the_same_address_is_linked_by_who_has_signed_in_to_it_and_by_nobody_else()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var host = await StartAsync(provider.Configure(_folder));
        await host.MakeAccountAsync("ada@example.org");
        await host.MakeAccountAsync("eve@example.org");
        Assert.Equal("urn:godwit:problem:link-needed", (await SignInAsync(host, "ada")).Type);
        var (ada, eve) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("eve@example.org"));
        Assert.Equal(HttpStatusCode.NoContent, (await LinkAsync(ada.Access, "ada", ada.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(host, "ada")).Status);
        // What Ada has begun Eve does not finish, and an identity opens one account.
        Assert.Equal(HttpStatusCode.Unauthorized, (await LinkAsync(ada.Access, "bob", eve.Access)).Status);
        Assert.Equal("urn:godwit:problem:already-linked", (await LinkAsync(eve.Access, "ada", eve.Access)).Type);
        var links = await host.SendAsync(HttpMethod.Get, "/v1/auth/oauth/links", bearer: ada.Access);
        var path = $"/v1/auth/oauth/links/{links.Json[0].GetProperty("id").GetGuid()}";
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Delete, path, bearer: eve.Access)).Status);
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET authenticated_at = now() - interval '16 minutes'");
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Delete, path, bearer: ada.Access)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.PostAsync("/v1/auth/oauth/acme/link", "{}", ada.Access)).Status);
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET authenticated_at = now()");
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, path, bearer: ada.Access)).Status);
        Assert.Equal("urn:godwit:problem:link-needed", (await SignInAsync(host, "ada")).Type);

        async Task<Answer> LinkAsync(string begins, string account, string finishes)
        {
            var start = await host.PostAsync("/v1/auth/oauth/acme/link", "{}", begins);
            return await host.PostAsync("/v1/auth/oauth/acme/link/finish", (await OidcProvider.SignInAsync(start.Json.GetProperty("url").GetString()!, account)).Body(Binding(start)), finishes);
        }
    }

    [Fact]
    public async Task A_provider_that_vouches_for_no_address_makes_no_account_and_tells_of_none()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var host = await StartAsync(provider.Configure(_folder));
        await host.MakeAccountAsync("ada@example.org");
        var (known, unknown) = (await SignInAsync(host, "ada-unverified"), await SignInAsync(host, "eve-unverified"));
        Assert.Equal("urn:godwit:problem:address-not-verified", known.Type);
        Assert.Equal(known.Type, unknown.Type);
        await using var distrusting = await IdentityHost.OnAsync(template, host.Database, ("IDENTITY_OIDC_PROVIDERS", provider.Configure(_folder, verifiesEmail: false)));
        Assert.Equal(("urn:godwit:problem:address-not-verified", "urn:godwit:problem:address-not-verified"), ((await SignInAsync(distrusting, "ada")).Type, (await SignInAsync(distrusting, "eve")).Type));
    }

    [Fact]
    [Trait("ASVS", "7.6.1")]
    public async Task A_session_that_began_with_a_provider_lasts_and_ends_as_any_other_and_links_nothing_when_it_is_old()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var host = await StartAsync(provider.Configure(_folder));
        await MakeAsync(host, "ada");
        var (first, second) = (Tokens.Of(await SignInAsync(host, "ada")), Tokens.Of(await SignInAsync(host, "ada")));
        Assert.Equal(480, await host.Database.ScalarAsync<int>($"SELECT round(extract(epoch FROM expires_at - created_at) / 60)::int FROM identity.user_sessions WHERE family = '{first.Session}'"));
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET authenticated_at = now() - interval '16 minutes'");
        Assert.Equal("urn:godwit:problem:sign-in-again", (await host.PostAsync("/v1/auth/oauth/acme/link", "{}", first.Access)).Type);
        // Signing out here ends it here; the way there leads to a new one, and to no old one.
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, "/v1/auth/logout", bearer: first.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: first.Access)).Status);
        var third = Tokens.Of(await SignInAsync(host, "ada"));
        Assert.NotEqual(first.Session, third.Session);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/oauth/acme/link", "{}", third.Access)).Status);
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET rotated_at = now() - interval '61 minutes'");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Post, "/v1/auth/refresh", bearer: second.Refresh)).Status);
    }

    [Fact]
    [Trait("ASVS", "6.8.4")]
    public async Task The_second_factor_of_an_account_is_asked_for_whatever_the_provider_says()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var host = await StartAsync(provider.Configure(_folder));
        await MakeAsync(host, "ada");
        await host.Database.ExecuteAsync("INSERT INTO identity.user_2fa_settings (user_id, enabled, method) SELECT id, true, 'email' FROM identity.users");
        Assert.Equal("second_factor_required", (await SignInAsync(host, "ada")).Json.GetProperty("status").GetString());
        await host.Database.ExecuteAsync("UPDATE identity.users SET account_locked = true");
        Assert.Equal(HttpStatusCode.Forbidden, (await SignInAsync(host, "ada")).Status);
    }

    [Fact]
    [Trait("ASVS", "10.1.2")]
    [Trait("ASVS", "10.2.1")]
    [Trait("ASVS", "10.2.2")]
    public async Task What_another_page_began_or_was_used_or_is_too_old_is_refused()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var host = await StartAsync(provider.Configure(_folder));
        await MakeAsync(host, "ada");
        var (mine, back) = await GoAsync(host, "ada");
        // Somebody else's code and state in this browser: it has another binding, or none.
        var (other, theirs) = await GoAsync(host, "ada");
        await RefusedAsync(theirs.Body(Binding(mine)));
        await RefusedAsync(theirs.Body(null));
        // Their state is not used up by that; their code in my flow has another verifier and nonce.
        await RefusedAsync((theirs with { State = back.State }).Body(Binding(mine)));
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync(Finish, theirs.Body(Binding(other)))).Status);
        await RefusedAsync(theirs.Body(Binding(other)));
        var (start, late) = await GoAsync(host, "ada");
        await host.Database.ExecuteAsync("UPDATE identity.external_flows SET created_at = now() - interval '11 minutes', expires_at = now() - interval '1 second'");
        await RefusedAsync(late.Body(Binding(start)));
        foreach (var issuer in new[] { null, "https://evil.example" })
        {
            var (began, returned) = await GoAsync(host, "ada");
            await RefusedAsync((returned with { Iss = issuer }).Body(Binding(began)));
        }
        await RefusedAsync("{}");
        Assert.Equal(HttpStatusCode.NotFound, (await host.PostAsync("/v1/auth/oauth/none/start", "{}")).Status);

        async Task RefusedAsync(string body) => Assert.Equal("urn:godwit:problem:provider-refused", (await host.PostAsync(Finish, body)).Type);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    [Trait("ASVS", "6.8.2")]
    [Trait("ASVS", "10.5.1")]
    [Trait("ASVS", "10.5.4")]
    public async Task An_id_token_that_is_not_as_it_has_to_be_is_refused(bool post)
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var host = await StartAsync(provider.Configure(_folder, post));
        await MakeAsync(host, "ada");
        (string Spoil, string Fault)[] spoils =
        [
            ("nonce", "nonce"), ("no nonce", "nonce"), ("aud", "aud"), ("aud of several", "azp"), ("azp", "azp"), ("iss", "iss"), ("exp", "exp"), ("iat", "iat"), ("iat of tomorrow", "iat"), ("at_hash", "at_hash"), ("sub", "sub"), ("key", "signature"),
            ("kid", "signature"), ("crit", "id_token"), ("none", "signature"), ("hmac by the secret", "signature"), ("hmac by the public key", "signature"), ("payload", "signature"),
        ];
        foreach (var (spoil, fault) in spoils)
        {
            await provider.SpoilAsync(spoil);
            var answer = await SignInAsync(host, "ada");
            Assert.True(answer.Type == "urn:godwit:problem:provider-refused", $"{spoil}: {answer.Text}");
            Assert.Equal((spoil, fault), (spoil, await host.Database.ScalarAsync<string>("SELECT event_data ->> 'fault' FROM identity.user_security_events WHERE event_type = 'provider_refused' AND blocked ORDER BY id DESC LIMIT 1")));
        }
        await provider.SpoilAsync("");
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(host, "ada")).Status);
        Assert.DoesNotContain(OidcProvider.Secret, host.Platform.Log.Text, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string? Binding(Answer start) => start.Json.GetProperty("binding").GetString();

    private static async Task<(Answer Start, Returned Back)> GoAsync(IdentityHost host, string account)
    {
        var start = await host.PostAsync("/v1/auth/oauth/acme/start", "{}");
        Assert.True(start.Status == HttpStatusCode.OK, start.Text);
        return (start, await OidcProvider.SignInAsync(start.Json.GetProperty("url").GetString()!, account));
    }

    private static async Task<Answer> SignInAsync(IdentityHost host, string account)
    {
        var (start, back) = await GoAsync(host, account);
        return await host.PostAsync(Finish, back.Body(Binding(start)));
    }

    private static async Task MakeAsync(IdentityHost host, string account)
    {
        var (start, back) = await GoAsync(host, account);
        var needed = await host.PostAsync(Finish, back.Body(Binding(start)));
        var made = await host.PostAsync("/v1/auth/oauth/register", $$"""{"registration":"{{needed.Json.GetProperty("registration").GetString()}}","binding":"{{Binding(start)}}","consents":{"terms":true,"privacy":true} }""");
        Assert.True(made.Status == HttpStatusCode.OK, made.Text);
    }

    private Task<IdentityHost> StartAsync(string file) => IdentityHost.StartAsync(template, ("IDENTITY_OIDC_PROVIDERS", file), ("IDENTITY_RISK_THRESHOLD", "101"));
}
