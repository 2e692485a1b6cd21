using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Sessions;

/// <summary>What the service itself makes of its access tokens.</summary>
public sealed class TokenClaimTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "10.3.2")]
    public async Task Account_session_and_roles_of_the_token_decide_what_is_reached_by_it()
    {
        await using var host = await IdentityHost.StartAsync(template, ("IDENTITY_MFA_ROLES", "none"));
        await host.MakeAccountAsync("ada@example.org");
        var eve = await AdministrationHost.MakeAsync(host, "eve@example.org", "none");
        var (ada, other) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"));
        // sub: nobody reaches a session of somebody else's. sid: who signs out ends their own.
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Delete, $"/v1/auth/sessions/{ada.Session}", bearer: eve.Access)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, "/v1/auth/logout", bearer: other.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: other.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: ada.Access)).Status);
        // roles: without one nothing of others is seen.
        Assert.Equal(HttpStatusCode.Forbidden, (await host.PostAsync("/v1/admin/users/search", """{"email":"ada@example.org"}""", eve.Access)).Status);
        var support = await AdministrationHost.MakeAsync(host, "support@example.org", "support");
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/admin/users/search", """{"email":"ada@example.org"}""", support.Access)).Status);
    }

    [Fact]
    [Trait("ASVS", "10.3.3")]
    public async Task Somebody_is_known_by_an_id_that_nobody_else_ever_has_and_not_by_an_address()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var first = await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        await host.PostAsync("/v1/auth/email/change", $$"""{"newEmail":"new@example.org","password":"{{IdentityHost.Password}}"}""", tokens.Access);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/email/confirm", $$"""{"token":"{{await host.LinkAsync("new@example.org")}}"}""", tokens.Access)).Status);
        await host.MailAsync("ada@example.org", 2);
        // A week later the address is somebody else's.
        await host.Database.ExecuteAsync("UPDATE identity.email_changes SET closed = true");
        var second = await host.MakeAccountAsync("ada@example.org", "the words of another");
        Assert.NotEqual(first, second);
        Assert.Equal((first, "new@example.org"), await MeAsync(tokens));
        Assert.Equal((second, "ada@example.org"), await MeAsync(await host.SignInAsync("ada@example.org", "the words of another")));

        async Task<(Guid, string?)> MeAsync(Tokens of)
        {
            var whose = (await host.SendAsync(HttpMethod.Get, "/v1/auth/session", bearer: of.Access)).Json.GetProperty("userId").GetGuid();
            return (whose, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: of.Access)).Json.GetProperty("email").GetString());
        }
    }

    [Fact]
    [Trait("ASVS", "10.3.4")]
    public async Task How_and_when_somebody_has_signed_in_is_looked_at_where_it_matters()
    {
        await using var host = await IdentityHost.StartAsync(template, ("IDENTITY_MFA_ROLES", "all"));
        var support = await AdministrationHost.MakeAsync(host, "support@example.org", "support");
        Assert.Equal("urn:godwit:problem:second-factor-needed", (await SearchAsync(support.Access)).Type);
        await SecondFactor.SetUpAsync(host, support);
        // The token of before says of itself that it has shown one factor.
        Assert.Equal(HttpStatusCode.Forbidden, (await SearchAsync(support.Access)).Status);
        var renewed = Tokens.Of(await host.SendAsync(HttpMethod.Post, "/v1/auth/refresh", bearer: support.Refresh));
        Assert.Equal(HttpStatusCode.OK, (await SearchAsync(renewed.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/passkeys/registration/options", "{}", renewed.Access)).Status);
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET authenticated_at = now() - interval '16 minutes'");
        Assert.Equal("urn:godwit:problem:sign-in-again", (await host.PostAsync("/v1/auth/passkeys/registration/options", "{}", renewed.Access)).Type);

        Task<Answer> SearchAsync(string access) => host.PostAsync("/v1/admin/users/search", """{"email":"support@example.org"}""", access);
    }
}
