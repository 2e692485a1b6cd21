using System.Net;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.SumaFinance;

/// <summary>The runbook suma-finance (R17, M9): everybody of legacy_users has an account of the identity service, or stands in quarantine with a reason.</summary>
public sealed class SumaFinanceTests(PostgresServers servers)
{
    private const string Password = "a sentence of mine, 2026";

    /// <summary>People, accounts, set aside, events, those to reset.</summary>
    private const string Counts = """
        SELECT (SELECT count(*) FROM legacy_users) - (SELECT count(*) FROM identity.users) - (SELECT count(*) FROM suma.quarantine WHERE kind = 'user') || ' lost, '
        || (SELECT count(*) FROM identity.users) - (SELECT count(*) FROM identity.user_security_events e JOIN identity.users u ON u.id = e.user_id WHERE event_type = 'account_migrated') || ' without an event, '
        || (SELECT count(*) FROM identity.users WHERE NOT email_verified OR NOT password_reset_required OR password_hash IS NOT NULL) || ' not to reset'
        """;

    private const string LegacyRows = "SELECT md5(string_agg(l::text, '|' ORDER BY id)) FROM legacy_users l";

    [Fact]
    public async Task Who_was_taken_over_sets_a_password_by_mail_and_finds_their_own_address()
    {
        using var folder = await SumaFolder.PrepareAsync(servers, 1000);
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal("0 lost, 0 without an event, 0 not to reset", await folder.AskAsync(Counts));

        await using (var service = await IdentityService.StartAsync(folder))
        {
            // In capitals and with white space around it in the legacy system; typed as its owner types it now.
            await service.ResetAsync("user97@example.com", "user97@example.com", Password);
            var me = await service.SendAsync(HttpMethod.Get, "/v1/me", HttpStatusCode.OK, bearer: await service.SignInAsync("USER97@example.com", Password));
            Assert.Equal("User97@example.com", me.GetProperty("email").GetString());
            Assert.Equal("Person 97", me.GetProperty("lastName").GetString());
            // A domain in another alphabet, an accent of its own in the name.
            await service.ResetAsync("mu\u0308ller422@bu\u0308cher.example", "422@xn--bcher-kva.example", Password);
            var bearer = await service.SignInAsync("M\u00DCLLER422@b\u00FCcher.example", Password);
            Assert.Equal("m\u00FCller422@xn--bcher-kva.example", (await service.SendAsync(HttpMethod.Get, "/v1/me", HttpStatusCode.OK, bearer: bearer)).GetProperty("email").GetString());
            var consents = await service.SendAsync(HttpMethod.Get, "/v1/me/consents", HttpStatusCode.OK, bearer: bearer);
            Assert.Contains("terms", consents.ToString(), StringComparison.Ordinal);
            Assert.Contains("account_migrated", (await service.SendAsync(HttpMethod.Get, "/v1/me/security-events", HttpStatusCode.OK, bearer: bearer)).ToString(), StringComparison.Ordinal);
            await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM identity.user_security_events WHERE block IS NULL)"));
        }
        var audit = (await folder.SayAsync("audit", "verify", "--target", folder.Target.Url)).MustBe(0);
        Assert.Contains("every security event is as it was sealed", audit.Output, StringComparison.Ordinal);
        await folder.Target.ExecuteAsync("UPDATE identity.user_security_events SET event_data = '{}' WHERE event_type = 'account_migrated' AND user_id = (SELECT max(id) FROM identity.users)");
        (await folder.SayAsync("audit", "verify", "--target", folder.Target.Url)).MustBe(3);
    }

    [Fact]
    public async Task What_cannot_be_taken_over_is_set_aside_whole_with_the_reason_and_no_password()
    {
        using var folder = await SumaFolder.PrepareAsync(servers, 700);
        (await folder.RunAsync("run")).MustBe(0);
        async Task<string> ReasonAsync(int id) => await folder.AskAsync($"SELECT reason || coalesce(' / ' || (kept ->> 'email'), '') FROM suma.quarantine WHERE kind = 'user' AND legacy_id = {id}");
        Assert.Equal("the address is missing", await ReasonAsync(311));
        Assert.StartsWith("the address must not have a space in it / no address 313", await ReasonAsync(313), StringComparison.Ordinal);
        Assert.Contains("a domain with a dot", await ReasonAsync(317), StringComparison.Ordinal);
        Assert.Contains("letters of several alphabets", await ReasonAsync(319), StringComparison.Ordinal);
        Assert.Equal("the account was deleted", (await ReasonAsync(307)).Split(" / ")[0]);
        // Two spellings of one mailbox: the one who came first has it.
        Assert.Equal("the address is that of legacy user 201 / USER201@EXAMPLE.COM", await ReasonAsync(202));
        Assert.Equal("the address is that of legacy user 211", (await ReasonAsync(212)).Split(" / ")[0]);
        Assert.Equal("0", await folder.AskAsync("SELECT count(*)::text FROM suma.quarantine WHERE kept ? 'password_hash'"));
        Assert.Equal("newsletter", await folder.AskAsync("SELECT string_agg(DISTINCT kept ->> 'consent_type', ',') FROM suma.quarantine WHERE kind = 'consent'"));
        // No address is in the clear where the service keeps it, nor in what the run wrote down.
        Assert.Equal("0", await folder.AskAsync("""
            SELECT count(*)::text FROM (SELECT u::text AS t FROM identity.users u UNION ALL SELECT s::text FROM godwit.steps s UNION ALL SELECT j::text FROM godwit.journal j UNION ALL SELECT k::text FROM godwit.person_keys k) x
            WHERE t LIKE '%@example%' OR t LIKE '%' || encode('@example', 'hex') || '%'
            """));
    }

    [Fact]
    public async Task Killed_in_the_middle_it_goes_on_and_takes_nobody_over_twice_while_the_legacy_application_writes()
    {
        using var folder = await SumaFolder.PrepareAsync(servers, 1200);
        using var legacy = new LegacyTraffic(folder.Target, 1200);
        legacy.Start();
        using (var runner = folder.Start("run", "--set", "rows_per_second=400"))
        {
            await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<bool>("SELECT to_regclass('suma.accounts') IS NOT NULL")
                && await folder.Target.ScalarAsync<long>("SELECT count(*) FROM suma.accounts") is > 0 and < 1100);
            runner.Kill();
        }
        Assert.InRange(await folder.Target.ScalarAsync<long>("SELECT count(*) FROM identity.users"), 1, 1199);
        // Who has an account already changes to an address that is none: set aside now, and not lost on the way back.
        await folder.Target.ExecuteAsync("UPDATE legacy_users SET email = 'gone astray' WHERE id = 1");
        (await folder.RunAsync("resume")).MustBe(0);
        await legacy.StopAsync();

        Assert.Equal("0 lost, 0 without an event, 0 not to reset", await folder.AskAsync(Counts));
        Assert.Null(legacy.Fault);
        Assert.InRange(legacy.Acknowledged, 10, int.MaxValue);
        Assert.True(legacy.ToldToGo, "nobody was told that accounts have moved");
        // Every write that was acknowledged is there: in the legacy system, and as it was last in the new one.
        Assert.Empty(await legacy.LostAsync());
        Assert.Equal("0", await folder.AskAsync("""
            SELECT count(*)::text FROM legacy_users l WHERE NOT EXISTS (SELECT FROM suma.quarantine q WHERE q.kind = 'user' AND q.legacy_id = l.id)
            AND NOT EXISTS (SELECT FROM suma.people p JOIN identity.users u USING (uuid) WHERE p.legacy_id = l.id AND p.normal = lower(btrim(l.email)) OR p.legacy_id = l.id AND l.email ~ '[^ -~]')
            """));

        var people = await folder.AskAsync(LegacyRows);
        (await folder.RunAsync("rollback", "--override", "a test of the way back")).MustBe(6);
        Assert.Equal(people, await folder.AskAsync(LegacyRows));
        Assert.Equal("gone astray", await folder.AskAsync("SELECT email FROM legacy_users WHERE id = 1 AND password_hash IS NOT NULL"));
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_legacy_application_whose_transactions_see_one_snapshot_loses_nothing_and_repeats_what_conflicts()
    {
        using var folder = await SumaFolder.PrepareAsync(servers, 800);
        using var legacy = new LegacyTraffic(folder.Target, 800, repeatable: true);
        legacy.Start();
        (await folder.RunAsync("run", "--set", "rows_per_second=300")).MustBe(0);
        await legacy.StopAsync();
        Assert.Null(legacy.Fault);
        Assert.InRange(legacy.Again, 1, int.MaxValue);
        Assert.Empty(await legacy.LostAsync());
        Assert.Equal("0 lost, 0 without an event, 0 not to reset", await folder.AskAsync(Counts));
    }

    [Fact]
    public async Task Taken_back_it_loses_nobody_who_registered_since_and_the_next_run_takes_them_over()
    {
        using var folder = await SumaFolder.PrepareAsync(servers, 400);
        var before = await folder.AskAsync("SELECT md5(string_agg(l::text, '|' ORDER BY id)) FROM legacy_users l WHERE id NOT IN (5, 6, 97)");
        (await folder.RunAsync("run")).MustBe(0);
        await using (var service = await IdentityService.StartAsync(folder))
        {
            await service.RegisterAsync("grace@example.org", Password);
            await service.ResetAsync("user5@example.com", "user5@example.com", Password);
            var bearer = await service.SignInAsync("user5@example.com", Password);
            await service.ResetAsync("user97@example.com", "user97@example.com", Password);
            await service.SendAsync(HttpMethod.Post, "/v1/me/consents", HttpStatusCode.NoContent, """{"type":"marketing","granted":true}""", bearer);
        }
        // Somebody is erased: their data key goes, and their row is closed.
        await folder.Target.ExecuteAsync("UPDATE identity.users SET deleted_at = now(), email_index = NULL, encrypted_email = NULL WHERE uuid = (SELECT uuid FROM suma.people WHERE legacy_id = 6)");

        (await folder.RunAsync("rollback", "--override", "a test of the way back")).MustBe(6);
        Assert.Equal("401 rows, grace: no password", await folder.AskAsync("""
            SELECT (SELECT count(*) FROM legacy_users) || ' rows, ' || (SELECT split_part(email, '@', 1) || ': ' || CASE WHEN password_hash IS NULL THEN 'no password' ELSE 'a password' END FROM legacy_users WHERE email = 'grace@example.org')
            """));
        Assert.Equal("marketing,privacy,terms", await folder.AskAsync("SELECT string_agg(consent_type, ',' ORDER BY consent_type) FROM legacy_consents c JOIN legacy_users u ON u.id = c.user_id WHERE u.email = 'grace@example.org' AND granted"));
        Assert.Equal("to reset, erased", await folder.AskAsync("""
            SELECT (SELECT CASE WHEN password_hash IS NULL AND email IS NOT NULL THEN 'to reset' END FROM legacy_users WHERE id = 5) || ', '
            || (SELECT CASE WHEN email IS NULL AND password_hash IS NULL AND deleted_at IS NOT NULL THEN 'erased' END FROM legacy_users WHERE id = 6)
            """));
        Assert.Equal("  User97@Example.COM  to reset, Person 97", await folder.AskAsync("SELECT email || CASE WHEN password_hash IS NULL THEN ' to reset, ' END || last_name FROM legacy_users WHERE id = 97"));
        Assert.Equal("1", await folder.AskAsync("SELECT count(*)::text FROM legacy_consents WHERE user_id = 5 AND consent_type = 'marketing' AND changed_at > now() - interval '1 hour'"));
        Assert.Equal(before, await folder.AskAsync("SELECT md5(string_agg(l::text, '|' ORDER BY id)) FROM legacy_users l WHERE id NOT IN (5, 6, 97) AND email IS DISTINCT FROM 'grace@example.org'"));
        Assert.Equal("0 accounts, closed: false", await folder.AskAsync("SELECT (SELECT count(*) FROM identity.users) || ' accounts, closed: ' || EXISTS (SELECT FROM pg_trigger WHERE tgname LIKE 'suma%')"));

        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal("0 lost, 0 without an event, 0 not to reset", await folder.AskAsync(Counts));
        Assert.Equal("1", await folder.AskAsync("SELECT count(*)::text FROM suma.people p JOIN identity.users u USING (uuid) WHERE p.mailbox = 'grace@example.org'"));
        Assert.Equal("the account was deleted", await folder.AskAsync("SELECT reason FROM suma.quarantine WHERE kind = 'user' AND legacy_id = 6"));
    }

    [Fact]
    [Trait("Category", "Soak")]
    public Task A_million_people_are_taken_over_under_the_legacy_application_and_nobody_is_lost() => TakeOverAsync(1_000_000);

    [Fact]
    [Trait("Category", "Soak")]
    public Task Twenty_thousand_people_are_taken_over_under_the_legacy_application_and_nobody_is_lost() => TakeOverAsync(20_000);

    private async Task TakeOverAsync(int people)
    {
        using var folder = await SumaFolder.PrepareAsync(servers, people);
        using var legacy = new LegacyTraffic(folder.Target, people);
        legacy.Start();
        // As much log as the machine can write: the tests' server has the room of a small one, to whose pace a million people would take an hour.
        var run = (await folder.RunAsync("run", "--set", "max_wal_share=100")).MustBe(0);
        await legacy.StopAsync();
        TestContext.Current.TestOutputHelper!.WriteLine(run.Error);
        Assert.Equal("0 lost, 0 without an event, 0 not to reset", await folder.AskAsync(Counts));
        Assert.Null(legacy.Fault);
        Assert.Empty(await legacy.LostAsync());
    }
}
