using System.Net;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Recovery;

public sealed class PasswordResetTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "6.4.3")]
    public async Task Asking_is_answered_alike_whoever_has_the_address_and_mails_its_owner_only()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (there, free) = (await AskAsync(host, "ada@example.org"), await AskAsync(host, "free@example.org"));
        Assert.Equal((HttpStatusCode.Accepted, free.Text), (there.Status, there.Text));
        Assert.Equal(free.Headers, there.Headers);
        await host.LinkAsync("ada@example.org", 2);
        await Patience.UntilAsync(async () => await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.mail_outbox WHERE state = 'dropped'") == 1);
        Assert.DoesNotContain(host.Mails.Mails, m => m.To.Any(t => t.Contains("free@", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("ASVS", "7.4.3")]
    [Trait("ASVS", "6.4.1")]
    [Trait("ASVS", "6.5.1")]
    public async Task A_new_password_ends_all_sessions_and_its_link_is_good_once()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        await AskAsync(host, "ada@example.org");
        var link = await host.LinkAsync("ada@example.org", 2);
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(host, link, "quite another one 7")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await ConfirmAsync(host, link, "and yet another 8")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Post, "/v1/auth/refresh", bearer: tokens.Refresh)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("ada@example.org")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org", "quite another one 7")).Status);
        Assert.Contains("was changed", (await host.MailAsync("ada@example.org", 3)).Headers["Subject"], StringComparison.Ordinal);
    }

    [Fact]
    [Trait("ASVS", "6.2.11")]
    public async Task A_new_password_is_judged_by_what_is_known_of_its_owner_as_the_first_one_was()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("lovelace.analytical@example.org");
        await AskAsync(host, "lovelace.analytical@example.org");
        var link = await host.LinkAsync("lovelace.analytical@example.org", 2);
        foreach (var password in new[] { "lovelace1", "Analytical!", "L0ve1ace77" })
        {
            var refused = await ConfirmAsync(host, link, password);
            Assert.Equal((HttpStatusCode.BadRequest, "urn:godwit:problem:validation-failed"), (refused.Status, refused.Type));
        }
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(host, link, "a sentence of mine")).Status);
    }

    [Fact]
    public async Task A_password_that_is_refused_does_not_use_up_the_link()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await AskAsync(host, "ada@example.org");
        var link = await host.LinkAsync("ada@example.org", 2);
        Assert.Equal(HttpStatusCode.BadRequest, (await ConfirmAsync(host, link, "short")).Status);
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(host, link, "quite another one 7")).Status);
    }

    [Fact]
    [Trait("ASVS", "6.2.2")]
    [Trait("ASVS", "6.2.3")]
    [Trait("ASVS", "7.4.3")]
    public async Task Changing_the_password_takes_the_one_before_and_ends_the_other_sessions()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (here, other) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"));
        Assert.Equal(HttpStatusCode.BadRequest, (await ChangeAsync(host, here, "not that one", "quite another one 7")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await ChangeAsync(host, here, IdentityHost.Password, "quite another one 7")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: here.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: other.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org", "quite another one 7")).Status);
    }

    [Fact]
    public async Task Logins_that_were_under_way_with_the_password_of_before_open_nothing()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await AskAsync(host, "ada@example.org");
        var link = await host.LinkAsync("ada@example.org", 2);
        using var stop = new CancellationTokenSource();
        var device = (await host.SignInAsync("ada@example.org")).Device;
        var thief = Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            while (!stop.IsCancellationRequested) await host.LoginAsync("ada@example.org", device: device);
        }));
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(host, link, "quite another one 7")).Status);
        await stop.CancelAsync();
        await thief;
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_sessions WHERE NOT revoked"));
    }

    private static Task<Answer> AskAsync(IdentityHost host, string email) => host.PostAsync("/v1/auth/password-reset/request", $$"""{"email":"{{email}}"}""");

    private static Task<Answer> ConfirmAsync(IdentityHost host, string link, string password) => host.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{link}}","password":"{{password}}"}""");

    private static Task<Answer> ChangeAsync(IdentityHost host, Tokens tokens, string current, string next) =>
        host.PostAsync("/v1/auth/password/change", $$"""{"currentPassword":"{{current}}","newPassword":"{{next}}"}""", tokens.Access);
}
