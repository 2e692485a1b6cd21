using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Reauthentication;

[Trait("ASVS", "6.3.1")]
public sealed class ReauthenticationTests(IdentityTemplate template)
{
    [Fact]
    public async Task A_stolen_session_tries_a_few_passwords_and_then_it_is_ended()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (thief, owner) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"));
        for (var i = 0; i < 6; i++) Assert.Equal(HttpStatusCode.BadRequest, (await ChangeAsync(host, thief, $"wrong words {i}")).Status);
        var locked = await ChangeAsync(host, thief, IdentityHost.Password);
        Assert.Equal(HttpStatusCode.TooManyRequests, locked.Status);
        Assert.Contains(locked.Headers, h => h.StartsWith("Retry-After: ", StringComparison.Ordinal));
        for (var i = 6; i < 10; i++)
        {
            // Somebody who has all the time there is.
            await host.Database.ExecuteAsync("UPDATE identity.login_buckets SET locked_until = NULL, failures = 0");
            Assert.Equal(HttpStatusCode.BadRequest, (await ChangeAsync(host, thief, $"wrong words {i}")).Status);
        }
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: thief.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: owner.Access)).Status);
        Assert.Contains("wrong passwords", (await host.MailAsync("ada@example.org", 3)).Body, StringComparison.Ordinal);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE event_type = 'session_guessing' AND severity = 'critical'"));
    }

    [Fact]
    public async Task No_session_is_ended_for_what_was_tried_with_another_and_a_new_one_begins_anew()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (thief, owner) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"));
        for (var i = 0; i < 9; i++) await WrongAsync(thief);
        await WrongAsync(owner);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: owner.Access)).Status);
        await WrongAsync(thief);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: thief.Access)).Status);
        var next = await host.SignInAsync("ada@example.org");
        await WrongAsync(next);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: next.Access)).Status);

        async Task WrongAsync(Tokens tokens)
        {
            await host.Database.ExecuteAsync("UPDATE identity.login_buckets SET locked_until = NULL, failures = 0");
            Assert.Equal(HttpStatusCode.BadRequest, (await ChangeAsync(host, tokens, "wrong words")).Status);
        }
    }

    [Fact]
    public async Task A_password_that_is_set_anew_forgets_what_was_tried_before_it()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var thief = await host.SignInAsync("ada@example.org");
        for (var i = 0; i < 6; i++) await ChangeAsync(host, thief, "wrong words");
        await host.PostAsync("/v1/auth/password-reset/request", """{"email":"ada@example.org"}""");
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{await host.LinkAsync("ada@example.org", 2)}}","password":"a sentence of mine"}""")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await ChangeAsync(host, await host.SignInAsync("ada@example.org", "a sentence of mine"), "a sentence of mine")).Status);
    }

    [Fact]
    public async Task What_strangers_try_keeps_no_owner_from_changing_the_password()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var owner = await host.SignInAsync("ada@example.org");
        for (var i = 0; i < 8; i++) await host.LoginAsync("ada@example.org", $"wrong words {i}");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await host.LoginAsync("ada@example.org")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await ChangeAsync(host, owner, IdentityHost.Password)).Status);
    }

    private static Task<Answer> ChangeAsync(IdentityHost host, Tokens tokens, string current) =>
        host.PostAsync("/v1/auth/password/change", $$"""{"currentPassword":"{{current}}","newPassword":"quite another one 7"}""", tokens.Access);
}
