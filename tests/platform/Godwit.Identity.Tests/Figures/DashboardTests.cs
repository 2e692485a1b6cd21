using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Figures;

/// <summary>The seed's three log queries, as views.</summary>
public sealed class DashboardTests(IdentityTemplate template)
{
    [Fact]
    public async Task Failures_by_minute_locked_accounts_and_risky_activity_are_seen()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var user = await host.MakeAccountAsync("ada@example.org");
        for (var i = 0; i < 3; i++) await host.LoginAsync("ada@example.org", $"wrong words {i}");
        for (var i = 0; i < 2; i++) await host.LoginAsync("free@example.org", $"wrong words {i}");
        Assert.Equal(5, await host.Database.ScalarAsync<decimal>("SELECT sum(failed_attempts) FROM identity.failed_logins_by_minute"));
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT max(unique_ips) FROM identity.failed_logins_by_minute"));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.locked_accounts"));
        await host.Database.ExecuteAsync("UPDATE identity.users SET account_locked = true, account_locked_until = now() + interval '1 hour'");
        Assert.Equal(user, await host.Database.ScalarAsync<Guid>("SELECT uuid FROM identity.locked_accounts WHERE last_ip_address = '127.0.0.1' AND last_attempt > now() - interval '5 minutes'"));
        await host.Database.ExecuteAsync("UPDATE identity.users SET account_locked_until = now() - interval '1 minute'");
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.locked_accounts"));
        await host.Database.ExecuteAsync("""
            INSERT INTO identity.user_security_events (event_id, user_id, event_type, event_category, risk_score, created_at, leaf)
            SELECT gen_random_uuid(), (SELECT id FROM identity.users), t, 'authentication', 51 + i, now(), sha256('') FROM generate_series(1, 11) i, unnest(ARRAY['risky', 'few']) t WHERE t = 'risky' OR i <= 10
            """);
        Assert.Equal(62, await host.Database.ScalarAsync<int>("SELECT max_risk_score FROM identity.suspicious_activity WHERE event_type = 'risky' AND event_count = 11"));
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.suspicious_activity"));
    }
}
