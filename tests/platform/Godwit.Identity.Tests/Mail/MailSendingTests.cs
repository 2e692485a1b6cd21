using System.Net;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Mail;

public sealed class MailSendingTests(IdentityTemplate template)
{
    [Fact]
    public async Task What_could_not_be_sent_is_sent_when_the_mail_server_is_back()
    {
        var database = await template.CopyAsync();
        await using (var host = await IdentityHost.OnAsync(template, database, ("IDENTITY_MAIL_SERVER", "127.0.0.1:1")))
        {
            Assert.Equal(HttpStatusCode.Accepted, (await host.RegisterAsync("ada@example.org")).Status);
            await Patience.UntilAsync(async () => await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.mail_outbox WHERE state = 'waiting' AND attempts > 0 AND last_fault IS NOT NULL") == 1);
        }
        await database.ExecuteAsync("UPDATE identity.mail_outbox SET not_before = now()");
        await using var back = await IdentityHost.OnAsync(template, database);
        await back.LinkAsync("ada@example.org");
        await Patience.UntilAsync(async () => await back.Database.ScalarAsync<long>("SELECT count(*) FROM identity.mail_outbox WHERE state = 'sent' AND payload IS NULL") == 1);
    }

    [Fact]
    public async Task A_form_that_is_sent_again_and_again_floods_nobody()
    {
        await using var host = await IdentityHost.StartAsync(template);
        for (var i = 0; i < 9; i++) Assert.Equal(HttpStatusCode.Accepted, (await host.RegisterAsync("ada@example.org")).Status);
        await Patience.UntilAsync(async () => await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.mail_outbox WHERE state IN ('sent', 'dropped')") == 9);
        // Four are sent at a time, so that a few may be on their way when the fifth has come.
        Assert.InRange(host.Mails.Mails.Count, 5, 8);
    }

    [Fact]
    public async Task Whoever_asks_too_often_for_links_keeps_nobody_from_theirs()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        for (var i = 0; i < 12; i++) await host.PostAsync("/v1/auth/password-reset/request", """{"email":"ada@example.org"}""");
        await Patience.UntilAsync(async () => await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.mail_outbox WHERE state = 'waiting'") == 0);
        // Ten minutes later the next one comes, and whichever came is good.
        await host.Database.ExecuteAsync("UPDATE identity.mail_outbox SET ended_at = ended_at - interval '11 minutes' WHERE kind = 'password_reset'");
        var before = host.To("ada@example.org").Count;
        await host.PostAsync("/v1/auth/password-reset/request", """{"email":"ada@example.org"}""");
        var link = await host.LinkAsync("ada@example.org", before + 1);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{link}}","password":"quite another one 7"}""")).Status);
    }
}
