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
        Assert.InRange(host.Mails.Mails.Count, 1, 5);
    }

    [Fact]
    public async Task A_mail_is_sent_if_and_only_if_what_it_tells_of_committed()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.SendAsync(HttpMethod.Post, "/v1/auth/password-reset/confirm", """{"token":"none","password":"quite another one 7"}""");
        await Patience.UntilAsync(async () => await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.mail_outbox WHERE state = 'waiting'") == 0);
        Assert.Single(host.Mails.Mails);
    }
}
