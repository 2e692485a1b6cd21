using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.SecondFactors;

/// <summary>Whoever has somebody's mailbox has one factor, however often they show it.</summary>
public sealed class OneMailboxTests(IdentityTemplate template)
{
    private const string Ada = "ada@example.org", New = "quite another one 7";

    [Fact]
    public async Task Codes_by_mail_are_set_up_by_who_has_shown_more_than_the_mailbox()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync(Ada);
        var asked = await host.PostAsync("/v1/auth/magic-link/request", $$"""{"email":"{{Ada}}"}""");
        var byLink = Tokens.Of(await host.PostAsync("/v1/auth/magic-link/confirm", $$"""{"token":"{{await host.LinkAsync(Ada, 2)}}","request":"{{asked.Json.GetProperty("request").GetString()}}"}"""));
        await RefusedAsync(byLink);
        await ResetAsync(host, 3);
        var byReset = await host.SignInAsync(Ada, New);
        await RefusedAsync(byReset);
        // Another factor is one more; and a password that its owner has chosen here is no mailed one.
        Assert.Equal(HttpStatusCode.OK, (await EnableAsync(byReset, "totp")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync("/v1/auth/password/change", $$"""{"currentPassword":"{{New}}","newPassword":"{{IdentityHost.Password}}"}""", byReset.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await EnableAsync(byReset, "email")).Status);

        async Task RefusedAsync(Tokens tokens) => Assert.Equal("urn:godwit:problem:mailbox-shown-already", (await EnableAsync(tokens, "email")).Type);

        Task<Answer> EnableAsync(Tokens tokens, string method) => host.PostAsync("/v1/auth/2fa/enable", $$"""{"method":"{{method}}"}""", tokens.Access);
    }

    [Fact]
    [Trait("ASVS", "6.4.4")]
    public async Task After_a_reset_by_mail_a_code_to_the_same_mailbox_opens_nothing_where_there_is_another_factor()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync(Ada);
        var own = await host.SignInAsync(Ada);
        var enrolled = await host.PostAsync("/v1/auth/2fa/enable", """{"method":"email"}""", own.Access);
        await host.MailAsync(Ada, 2);
        var sheet = await host.PostAsync("/v1/auth/2fa/confirm", Codes.Body(enrolled, Codes.Newest(host, Ada)), own.Access);
        var paper = sheet.Json.GetProperty("backupCodes")[0].GetString()!;
        await host.MailAsync(Ada, 3);
        await ResetAsync(host, 4);
        await host.MailAsync(Ada, 5);
        var asked = await host.LoginAsync(Ada, New);
        Assert.Equal("backup_code", asked.Json.GetProperty("method").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync("/v1/auth/login/2fa", Codes.Body(asked, Codes.Newest(host, Ada)))).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/login/2fa", Codes.Body(asked, paper))).Status);
        // By whom the password is, is shown now.
        Assert.Equal("email", (await host.LoginAsync(Ada, New)).Json.GetProperty("method").GetString());
    }

    private static async Task ResetAsync(IdentityHost host, int mails)
    {
        await host.PostAsync("/v1/auth/password-reset/request", $$"""{"email":"{{Ada}}"}""");
        var set = await host.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{await host.LinkAsync(Ada, mails)}}","password":"{{New}}"}""");
        Assert.True(set.Status == HttpStatusCode.OK, set.Text);
    }
}
