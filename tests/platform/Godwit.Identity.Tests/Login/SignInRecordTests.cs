using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Login;

public sealed class SignInRecordTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "7.2.2")]
    [Trait("ASVS", "16.2.1")]
    [Trait("ASVS", "16.2.2")]
    [Trait("ASVS", "16.3.1")]
    public async Task Signing_in_is_recorded_with_when_where_who_and_whether_it_succeeded()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var ada = await host.MakeAccountAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.LoginAsync("ada@example.org", "another sentence", agent: "curl/8")).Status);
        var first = await host.SignInAsync("ada@example.org");
        var second = await host.SignInAsync("ada@example.org");
        Assert.NotEqual(first.Session, second.Session);
        Assert.NotEqual(first.Refresh, second.Refresh);
        Assert.Equal(1, await host.Database.ScalarAsync<long>($"""
            SELECT count(*) FROM identity.user_security_events e JOIN identity.users u ON u.id = e.user_id
            WHERE u.uuid = '{ada}' AND event_type = 'login_failed' AND ip_address = '127.0.0.1' AND user_agent = 'curl/8' AND e.created_at > now() - interval '1 minute'
            """));
        Assert.Equal(2, await host.Database.ScalarAsync<long>("SELECT count(DISTINCT session_id) FROM identity.user_security_events WHERE event_type = 'login_success' AND device_id IS NOT NULL"));
        var told = (await host.SendAsync(HttpMethod.Get, "/v1/me/security-events", bearer: second.Access)).Json.EnumerateArray().ToList();
        Assert.Contains(told, e => e.GetProperty("type").GetString() == "login_failed");
        Assert.All(told, e => Assert.EndsWith("+00:00", e.GetProperty("at").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    [Trait("ASVS", "6.2.10")]
    public async Task A_password_is_as_good_after_ten_years_as_on_its_first_day()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.Database.ExecuteAsync("UPDATE identity.users SET password_changed_at = now() - interval '10 years', created_at = now() - interval '10 years'");
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync("ada@example.org")).Status);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.0/8,198.51.100.0/24", "192.0.2.66, 203.0.113.7, 198.51.100.9", "203.0.113.7")]
    [InlineData("10.0.0.0/8", "203.0.113.7", "127.0.0.1")]
    [InlineData("127.0.0.0/8", "nowhere", "127.0.0.1")]
    [Trait("ASVS", "4.1.3")]
    [Trait("ASVS", "15.3.4")]
    public async Task Where_a_client_is_is_told_by_proxies_that_are_named_and_by_nobody_else(string trusted, string forwarded, string address)
    {
        await using var host = await IdentityHost.StartAsync(template, ("GODWIT_TRUSTED_PROXIES", trusted));
        await host.MakeAccountAsync("ada@example.org");
        host.Platform.Client.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);
        await host.SignInAsync("ada@example.org");
        Assert.Equal(address, await host.Database.ScalarAsync<string>("SELECT host(ip_address) FROM identity.user_sessions"));
    }
}
