using System.Net;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Registration;

public sealed class ResendTests(IdentityTemplate template)
{
    [Fact]
    public async Task The_link_of_a_registration_that_waits_comes_again_and_is_good_once()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.RegisterAsync("ada@example.org");
        var first = await host.LinkAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.Accepted, (await ResendAsync(host, "ADA@example.org")).Status);
        var second = await host.LinkAsync("ada@example.org", 2);
        Assert.Equal(first, second);
        Assert.Equal(HttpStatusCode.OK, (await VerifyAsync(host, second)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await VerifyAsync(host, first)).Status);
    }

    [Fact]
    [Trait("ASVS", "6.3.8")]
    public async Task Everybody_is_answered_alike_and_mail_comes_to_who_waits_only()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.RegisterAsync("waiting@example.org");
        await host.LinkAsync("waiting@example.org");
        var answers = new[] { await ResendAsync(host, "ada@example.org"), await ResendAsync(host, "free@example.org"), await ResendAsync(host, "waiting@example.org") };
        Assert.All(answers, a => Assert.Equal((HttpStatusCode.Accepted, answers[0].Text), (a.Status, a.Text)));
        Assert.All(answers, a => Assert.Equal(answers[0].Headers, a.Headers));
        await host.MailAsync("waiting@example.org", 2);
        await Patience.UntilAsync(async () => await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.mail_outbox WHERE kind = 'resend' AND state = 'dropped'") == 2);
        Assert.Single(host.To("ada@example.org"));
        Assert.Empty(host.To("free@example.org"));
    }

    private static Task<Answer> ResendAsync(IdentityHost host, string email) => host.PostAsync("/v1/auth/resend", $$"""{"email":"{{email}}"}""");

    private static Task<Answer> VerifyAsync(IdentityHost host, string link) => host.PostAsync("/v1/auth/verify-email", $$"""{"token":"{{link}}","password":"{{IdentityHost.Password}}"}""");
}
