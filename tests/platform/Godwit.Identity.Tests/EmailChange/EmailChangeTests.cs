using System.Net;
using Godwit.Identity.Tests.Browsers;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.EmailChange;

public sealed class EmailChangeTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "7.5.1")]
    public async Task Who_has_the_password_and_the_new_mailbox_gets_another_address_and_all_other_sessions_end()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (here, other) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("ada@example.org"));
        Assert.Equal(HttpStatusCode.BadRequest, (await ChangeAsync(host, here, "new@example.org", "not that one")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await ChangeAsync(host, here, "new@example.org")).Status);
        var link = await host.LinkAsync("new@example.org");
        // Nothing has changed yet.
        Assert.Equal("ada@example.org", await EmailAsync(host, here));
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(host, link, bearer: here.Access)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await ConfirmAsync(host, link, bearer: here.Access)).Status);
        Assert.Equal("new@example.org", await EmailAsync(host, here));
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: other.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("ada@example.org")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("new@example.org")).Status);
    }

    [Fact]
    public async Task Who_merely_reads_the_new_mailbox_takes_no_account()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.MakeAccountAsync("mallory@example.org", "the words of mallory");
        var (ada, mallory) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("mallory@example.org", "the words of mallory"));
        await ChangeAsync(host, ada, "typo@example.org");
        var link = await host.LinkAsync("typo@example.org");
        Assert.Equal(HttpStatusCode.Unauthorized, (await ConfirmAsync(host, link)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ConfirmAsync(host, link, "the words of mallory", mallory.Access)).Status);
        for (var i = 0; i < 9; i++)
        {
            await host.Database.ExecuteAsync("UPDATE identity.login_buckets SET locked_until = NULL, failures = 0");
            Assert.Equal(HttpStatusCode.Unauthorized, (await ConfirmAsync(host, link, $"wrong words {i}")).Status);
        }
        // After the tenth it is of no use to anybody.
        await host.Database.ExecuteAsync("UPDATE identity.login_buckets SET locked_until = NULL, failures = 0");
        Assert.Equal(HttpStatusCode.BadRequest, (await ConfirmAsync(host, link, IdentityHost.Password)).Status);
        Assert.Equal("ada@example.org", await EmailAsync(host, ada));
    }

    [Fact]
    public async Task Where_nobody_is_signed_in_the_password_confirms()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var here = await host.SignInAsync("ada@example.org");
        await ChangeAsync(host, here, "new@example.org");
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(host, await host.LinkAsync("new@example.org"), IdentityHost.Password)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: here.Access)).Status);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task An_address_that_is_taken_is_answered_as_one_that_is_free_and_its_owner_alone_is_told()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.MakeAccountAsync("taken@example.org");
        var here = await host.SignInAsync("ada@example.org");
        var (taken, free) = (await ChangeAsync(host, here, "taken@example.org"), await ChangeAsync(host, here, "free@example.org"));
        Assert.Equal((free.Status, free.Text), (taken.Status, taken.Text));
        Assert.Equal(free.Headers, taken.Headers);
        var told = await host.MailAsync("taken@example.org", 2);
        Assert.Contains("has an account of its own", told.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("#", told.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await ChangeAsync(host, here, "ADA@example.org")).Status);
    }

    [Fact]
    public async Task An_address_that_somebody_registers_meanwhile_makes_the_link_one_of_no_use()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var here = await host.SignInAsync("ada@example.org");
        await ChangeAsync(host, here, "new@example.org");
        var link = await host.LinkAsync("new@example.org");
        await host.RegisterAsync("new@example.org", "the words of another");
        var theirs = await host.LinkAsync("new@example.org", 2);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/verify-email", $$"""{"token":"{{theirs}}","password":"the words of another"}""")).Status);
        var late = await ConfirmAsync(host, link, bearer: here.Access);
        Assert.Equal((HttpStatusCode.BadRequest, "link-invalid"), (late.Status, late.Type?.Split('/')[^1].Split(':')[^1]));
        Assert.Equal("ada@example.org", await EmailAsync(host, here));
    }

    [Fact]
    public async Task For_seven_days_the_address_of_before_undoes_it_and_nobody_registers_it()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var user = await host.MakeAccountAsync("ada@example.org");
        var thief = await host.SignInAsync("ada@example.org");
        await ChangeAsync(host, thief, "thief@example.org");
        await ConfirmAsync(host, await host.LinkAsync("thief@example.org"), bearer: thief.Access);
        var undo = await host.LinkAsync("ada@example.org", 2);
        await host.RegisterAsync("ada@example.org", "the words of another");
        Assert.Contains("already have an account", (await host.MailAsync("ada@example.org", 3)).Headers["Subject"], StringComparison.Ordinal);
        // And goes on to a third address, with a second factor of their own.
        await ChangeAsync(host, thief, "third@example.org");
        await ConfirmAsync(host, await host.LinkAsync("third@example.org"), bearer: thief.Access);
        await host.Database.ExecuteAsync("INSERT INTO identity.user_2fa_settings (user_id, enabled, method, enabled_at) SELECT id, true, 'email', now() FROM identity.users");
        // What the thief has set up, shortly before it too, goes with it.
        await host.Database.ExecuteAsync("""
            INSERT INTO identity.external_logins (user_id, provider, issuer, subject_index, encrypted_subject, created_at) SELECT id, 'acme', 'https://id.example.org', decode(repeat('00', 48), 'hex'), '\x00', now() - interval '20 minutes' FROM identity.users;
            INSERT INTO identity.data_subject_requests (user_id, request_type, execute_after) SELECT id, 'erasure', now() + interval '1 hour' FROM identity.users;
            """);
        Assert.Equal(HttpStatusCode.OK, (await UndoAsync(host, undo)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await UndoAsync(host, undo)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: thief.Access)).Status);
        // The password that the thief knew opens nothing; the owner sets a new one by mail, and no second factor is asked for.
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("ada@example.org")).Status);
        await host.MailAsync("ada@example.org", 4);
        await host.PostAsync("/v1/auth/password-reset/request", """{"email":"ada@example.org"}""");
        var link = await host.LinkAsync("ada@example.org", 5);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{link}}","password":"quite another one 7"}""")).Status);
        var back = await host.LoginAsync("ada@example.org", "quite another one 7");
        Assert.Equal(user, back.Json.GetProperty("userId").GetGuid());
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT (SELECT count(*) FROM identity.external_logins) + (SELECT count(*) FROM identity.data_subject_requests WHERE status = 'pending')"));
        // What was mailed to the thief's addresses restores nothing.
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.email_changes WHERE NOT closed"));
    }

    [Fact]
    public async Task After_seven_days_it_is_not_undone_any_more()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var here = await host.SignInAsync("ada@example.org");
        await ChangeAsync(host, here, "new@example.org");
        await ConfirmAsync(host, await host.LinkAsync("new@example.org"), bearer: here.Access);
        var undo = await host.LinkAsync("ada@example.org", 2);
        await host.Database.ExecuteAsync("UPDATE identity.email_changes SET changed_at = now() - interval '8 days', undo_until = now() - interval '1 day'");
        Assert.Equal(HttpStatusCode.BadRequest, (await UndoAsync(host, undo)).Status);
        await host.RegisterAsync("ada@example.org", "the words of another");
        Assert.Contains("Confirm your address", (await host.MailAsync("ada@example.org", 3)).Headers["Subject"], StringComparison.Ordinal);
    }

    [Fact]
    [Trait("ASVS", "7.5.1")]
    public async Task Where_there_is_a_second_factor_it_is_asked_for_and_its_code_is_of_one_address()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var here = await host.SignInAsync("ada@example.org");
        var enrolled = await host.PostAsync("/v1/auth/2fa/enable", """{"method":"email"}""", here.Access);
        await host.MailAsync("ada@example.org", 2);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/2fa/confirm", Codes.Body(enrolled, Codes.Newest(host, "ada@example.org")), here.Access)).Status);
        await host.MailAsync("ada@example.org", 3);
        var asked = await ChangeAsync(host, here, "new@example.org");
        Assert.Equal((HttpStatusCode.OK, "second_factor_required"), (asked.Status, asked.Json.GetProperty("status").GetString()));
        await host.MailAsync("ada@example.org", 4);
        var (challenge, code) = (asked.Json.GetProperty("challenge").GetString(), Codes.Newest(host, "ada@example.org"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await WithCodeAsync("other@example.org")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await WithCodeAsync("new@example.org")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await WithCodeAsync("new@example.org")).Status);
        await host.LinkAsync("new@example.org");
        Assert.Empty(host.To("other@example.org"));

        Task<Answer> WithCodeAsync(string email) =>
            host.PostAsync("/v1/auth/email/change", $$"""{"newEmail":"{{email}}","password":"{{IdentityHost.Password}}","challenge":"{{challenge}}","code":"{{code}}"}""", here.Access);
    }

    [Fact]
    public async Task Of_two_who_want_one_address_at_once_one_gets_it()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.MakeAccountAsync("bob@example.org");
        var (ada, bob) = (await host.SignInAsync("ada@example.org"), await host.SignInAsync("bob@example.org"));
        await ChangeAsync(host, ada, "new@example.org");
        var first = await host.LinkAsync("new@example.org");
        await ChangeAsync(host, bob, "new@example.org");
        var second = await host.LinkAsync("new@example.org", 2);
        var answers = await Task.WhenAll(ConfirmAsync(host, first, bearer: ada.Access), ConfirmAsync(host, second, bearer: bob.Access));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.BadRequest], answers.Select(a => a.Status).Order());
        await Patience.UntilAsync(async () => await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.email_changes") == 1);
    }

    [Fact]
    public async Task A_browser_confirms_by_its_cookies_and_no_other_page_makes_it()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (here, there) = (new Browser(host), await host.SignInAsync("ada@example.org"));
        await here.SignInAsync("ada@example.org");
        await ChangeAsync(host, there, "new@example.org");
        var body = $$"""{"token":"{{await host.LinkAsync("new@example.org")}}"}""";
        Assert.Equal(HttpStatusCode.Forbidden, (await here.SendAsync("POST", "/v1/auth/email/confirm", body)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await here.SendAsync("POST", "/v1/auth/email/confirm", body, ("X-CSRF-Token", here.Csrf), ("Origin", "https://evil.example"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await here.SendAsync("POST", "/v1/auth/email/confirm", body, ("X-CSRF-Token", here.Csrf))).Status);
        // The session that confirmed stays.
        Assert.Equal(HttpStatusCode.OK, (await here.SendAsync("GET", "/v1/me")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: there.Access)).Status);
        // Where the password is given, an old cookie is in nobody's way.
        await ChangeAsync(host, await host.SignInAsync("new@example.org"), "newer@example.org");
        here.Cookies["__Host-godwit-access"] = "an.old.one";
        var second = $$"""{"token":"{{await host.LinkAsync("newer@example.org")}}","password":"{{IdentityHost.Password}}"}""";
        Assert.Equal(HttpStatusCode.OK, (await here.SendAsync("POST", "/v1/auth/email/confirm", second)).Status);
    }

    [Fact]
    public async Task A_former_address_that_another_account_has_is_not_had_back_and_that_is_said()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.MakeAccountAsync("bob@example.org");
        var here = await host.SignInAsync("ada@example.org");
        await ChangeAsync(host, here, "new@example.org");
        await ConfirmAsync(host, await host.LinkAsync("new@example.org"), bearer: here.Access);
        var undo = await host.LinkAsync("ada@example.org", 2);
        // As an import, or a hand in the database, may do: nobody else gets it within the seven days.
        await host.Database.ExecuteAsync("UPDATE identity.users SET email_index = (SELECT former_index FROM identity.email_changes) WHERE id = (SELECT max(id) FROM identity.users)");
        var answer = await UndoAsync(host, undo);
        Assert.Equal((HttpStatusCode.Conflict, "urn:godwit:problem:address-taken"), (answer.Status, answer.Type));
        Assert.Equal("new@example.org", await EmailAsync(host, here));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.email_changes WHERE closed"));
    }

    private static Task<Answer> ChangeAsync(IdentityHost host, Tokens tokens, string email, string password = IdentityHost.Password) =>
        host.PostAsync("/v1/auth/email/change", $$"""{"newEmail":"{{email}}","password":"{{password}}"}""", tokens.Access);

    private static Task<Answer> ConfirmAsync(IdentityHost host, string link, string? password = null, string? bearer = null) =>
        host.PostAsync("/v1/auth/email/confirm", password is null ? $$"""{"token":"{{link}}"}""" : $$"""{"token":"{{link}}","password":"{{password}}"}""", bearer);

    private static Task<Answer> UndoAsync(IdentityHost host, string link) => host.PostAsync("/v1/auth/email/undo", $$"""{"token":"{{link}}"}""");

    private static async Task<string?> EmailAsync(IdentityHost host, Tokens tokens) => (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Json.GetProperty("email").GetString();
}
