using System.Net;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.CleanUp;

public sealed class HousekeepingTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "10.4.8")]
    public async Task Sessions_and_links_go_seven_days_after_their_end_and_not_before()
    {
        var database = await template.CopyAsync();
        await using (var host = await IdentityHost.OnAsync(template, database))
        {
            await host.MakeAccountAsync("ada@example.org");
            for (var i = 0; i < 4; i++) await host.SignInAsync("ada@example.org");
        }
        await database.ExecuteAsync("""
            UPDATE identity.user_sessions SET created_at = now() - interval '9 days', expires_at = now() - interval '8 days' WHERE id % 4 = 0;
            UPDATE identity.user_sessions SET created_at = now() - interval '9 days', expires_at = now() - interval '6 days' WHERE id % 4 = 1;
            UPDATE identity.user_sessions SET revoked = true, revoked_at = now() - interval '8 days' WHERE id % 4 = 2;
            UPDATE identity.email_verification_tokens SET created_at = now() - interval '9 days', expires_at = now() - interval '8 days';
            """);
        await using var again = await IdentityHost.OnAsync(template, database);
        await Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.user_sessions") == 2);
        await Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.email_verification_tokens") == 0);
    }

    [Fact]
    public async Task Partitions_of_events_are_made_ahead_and_dropped_when_their_time_is_over()
    {
        var database = await template.CopyAsync();
        await MakeOldAsync(database);
        await database.ExecuteAsync("DO $$ BEGIN EXECUTE 'DROP TABLE identity.user_security_events_' || to_char(now() + interval '3 months', 'YYYY_MM'); END $$");
        await using (await IdentityHost.OnAsync(template, database))
        {
            await Patience.UntilAsync(async () => await database.ScalarAsync<bool>("SELECT to_regclass('identity.user_security_events_' || to_char(now() + interval '3 months', 'YYYY_MM')) IS NOT NULL"));
            await Patience.UntilAsync(async () => await database.ScalarAsync<bool>("SELECT to_regclass('identity.user_security_events_2020_01') IS NULL"));
            await Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE block IS NULL") == 0);
        }
        await using var again = await IdentityHost.OnAsync(template, database);
        await Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.dropped_event_partitions") == 2);
        Assert.Equal(HttpStatusCode.Accepted, (await again.RegisterAsync("ada@example.org")).Status);
    }

    [Fact]
    public async Task A_month_with_an_event_that_is_not_sealed_is_kept()
    {
        var database = await template.CopyAsync();
        await MakeOldAsync(database);
        // Without a sealer: it would be quick enough.
        await database.ExecuteAsync("ALTER TABLE identity.audit_blocks ADD CONSTRAINT nobody_seals CHECK (number < 1)");
        await using (await IdentityHost.OnAsync(template, database)) await Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.dropped_event_partitions") == 1);
        Assert.True(await database.ScalarAsync<bool>("SELECT to_regclass('identity.user_security_events_2020_02') IS NOT NULL"));
    }

    /// <summary>January 2020 without an event, February with one.</summary>
    private static Task MakeOldAsync(TestDatabase database) => database.ExecuteAsync("""
        CREATE TABLE identity.user_security_events_2020_01 PARTITION OF identity.user_security_events FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2020-02-01 00:00:00+00');
        CREATE TABLE identity.user_security_events_2020_02 PARTITION OF identity.user_security_events FOR VALUES FROM ('2020-02-01 00:00:00+00') TO ('2020-03-01 00:00:00+00');
        INSERT INTO identity.user_security_events (event_id, event_type, event_category, created_at, leaf) VALUES (gen_random_uuid(), 'old', 'account', '2020-02-03', sha256(''));
        """);
}
