using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Login;

public sealed class LoginThrottleTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "6.3.1")]
    [Trait("ASVS", "2.4.1")]
    public async Task Guessing_is_slowed_down_and_the_owner_gets_in_on_a_known_device_meanwhile()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var owner = await host.SignInAsync("ada@example.org");
        Answer? last = null;
        for (var i = 0; i < 7; i++) last = await host.LoginAsync("ada@example.org", $"wrong words {i}");
        Assert.Equal(HttpStatusCode.TooManyRequests, last!.Status);
        Assert.Contains(last.Headers, h => h.StartsWith("Retry-After: ", StringComparison.Ordinal));
        // Not even with the right password, from a device that is not known.
        Assert.Equal(HttpStatusCode.TooManyRequests, (await host.LoginAsync("ada@example.org")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org", device: owner.Device)).Status);
    }

    [Fact]
    public async Task An_address_without_an_account_is_slowed_down_in_the_same_way()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        for (var i = 0; i < 8; i++)
        {
            var (there, free) = (await host.LoginAsync("ada@example.org", $"wrong words {i}"), await host.LoginAsync("free@example.org", $"wrong words {i}"));
            Assert.Equal((there.Status, there.Type), (free.Status, free.Type));
        }
    }

    [Fact]
    public async Task Attempts_while_it_is_locked_do_not_make_the_lock_longer()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        for (var i = 0; i < 6; i++) await host.LoginAsync("ada@example.org", $"wrong words {i}");
        var until = await host.Database.ScalarAsync<DateTime>("SELECT max(locked_until) FROM identity.login_buckets");
        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.TooManyRequests, (await host.LoginAsync("ada@example.org", $"more words {i}")).Status);
        Assert.Equal(until, await host.Database.ScalarAsync<DateTime>("SELECT max(locked_until) FROM identity.login_buckets"));
    }

    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task A_hundred_failures_disable_the_password_and_not_the_account()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var owner = await host.SignInAsync("ada@example.org");
        for (var i = 0; i < 100; i++)
        {
            // Somebody who has all the time there is.
            await host.Database.ExecuteAsync("UPDATE identity.login_buckets SET locked_until = NULL, failures = 0");
            Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("ada@example.org", $"wrong words {i}")).Status);
        }
        await host.Database.ExecuteAsync("UPDATE identity.login_buckets SET locked_until = NULL, failures = 0");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("ada@example.org")).Status);
        Assert.Contains("out of use", (await host.MailAsync("ada@example.org", 2)).Headers["Subject"], StringComparison.Ordinal);
        // A session goes on, a known device signs in, and a mailed link sets a new password.
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: owner.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org", device: owner.Device)).Status);
        await host.PostAsync("/v1/auth/password-reset/request", """{"email":"ada@example.org"}""");
        var link = await host.LinkAsync("ada@example.org", 3);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{link}}","password":"quite another one 7"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org", "quite another one 7")).Status);
    }
}
