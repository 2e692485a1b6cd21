using Godwit.TestServers;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Godwit.Journeys.SumaFinance;

/// <summary>The way back of suma-finance, where something is in its way: writers on the new side, addresses that were exchanged, what people have asked for.</summary>
public sealed class SumaReturnTests(PostgresServers servers)
{
    [Fact]
    public async Task What_the_new_side_acknowledges_while_people_go_back_comes_along_and_the_rest_is_refused()
    {
        using var folder = await SumaFolder.PrepareAsync(servers, 300);
        (await folder.RunAsync("run")).MustBe(0);
        using var stop = new CancellationTokenSource();
        var (acknowledged, refused) = (new List<string>(), 0);
        // As the service writes: a consent is acknowledged when its transaction has committed.
        var writer = Task.Run(async () =>
        {
            await using var connection = await folder.Target.OpenAsync();
            for (var n = 0; !stop.IsCancellationRequested; n++)
            {
                try
                {
                    await using var agree = new NpgsqlCommand(
                        """
                        INSERT INTO identity.user_consents (user_id, consent_type, version, granted, consent_method, granted_at)
                        SELECT id, 'analytics', $1, true, 'checkbox', now() FROM identity.users WHERE deleted_at IS NULL ORDER BY id OFFSET $2 LIMIT 1 RETURNING version
                        """,
                        connection) { Parameters = { new() { Value = $"v{n}" }, new() { Value = n % 100 } } };
                    if (await agree.ExecuteScalarAsync() is string version) acknowledged.Add(version);
                }
                catch (PostgresException e) when (e.SqlState == "25006")
                {
                    Assert.Contains("go back to the legacy system", e.MessageText, StringComparison.Ordinal);
                    refused++;
                }
                await Task.Delay(2, CancellationToken.None);
            }
        }, TestContext.Current.CancellationToken);
        await Patience.UntilAsync(() => Task.FromResult(acknowledged.Count > 20), writer);
        (await folder.RunAsync("rollback", "--override", "a test of the way back")).MustBe(6);
        await stop.CancelAsync();
        await writer;
        Assert.InRange(refused, 1, int.MaxValue);
        var home = await folder.AskAsync("SELECT string_agg(version, ',') FROM legacy_consents WHERE consent_type = 'analytics'");
        Assert.Equal(acknowledged.Order(StringComparer.Ordinal), home.Split(',').Order(StringComparer.Ordinal));
        // Of the fence nothing is left.
        Assert.Equal("0", await folder.AskAsync("SELECT count(*)::text FROM pg_trigger WHERE tgname LIKE '%suma%'"));
    }

    /// <summary>The legacy tables open before the accounts have gone, which takes a while where there are many.</summary>
    [Fact]
    public async Task The_legacy_application_writes_as_soon_as_its_tables_are_open_again()
    {
        using var folder = await SumaFolder.PrepareAsync(servers, 300);
        (await folder.RunAsync("run")).MustBe(0);
        (await folder.RunAsync("rollback", "--to", "backfill", "--override", "a test of the way back")).MustBe(6);
        await folder.Target.ExecuteAsync("""
            UPDATE legacy_users SET email = 'elsewhere@example.net' WHERE id = 1; DELETE FROM legacy_users WHERE id = 2;
            INSERT INTO legacy_users (email) VALUES ('new@example.net');
            INSERT INTO legacy_consents (user_id, consent_type, version, granted) SELECT u.id, t, '1.0', true FROM legacy_users u, unnest(ARRAY['terms', 'privacy']) t WHERE u.email = 'new@example.net';
            INSERT INTO legacy_consents (user_id, consent_type, version, granted) VALUES (4, 'marketing', '1.0', true);
            """);
        await Assert.ThrowsAsync<PostgresException>(() => folder.Target.ExecuteAsync("UPDATE identity.users SET last_login_at = now()"));
        (await folder.RunAsync("resume")).MustBe(0);
        Assert.Equal("2 there, open", await folder.AskAsync("""
            SELECT count(*) || ' there, ' || (SELECT CASE last_value WHEN 1 THEN 'open' ELSE 'shut' END FROM suma.fence) FROM suma.people p JOIN identity.users u USING (uuid) WHERE p.normal IN ('elsewhere@example.net', 'new@example.net')
            """));
    }

    [Fact]
    public async Task Addresses_that_were_exchanged_or_taken_from_who_was_deleted_go_home()
    {
        using var folder = await SumaFolder.PrepareAsync(servers, 400);
        (await folder.RunAsync("run")).MustBe(0);
        // As carry-back leaves it: 1 and 2 have exchanged their addresses, 3 has that of 307, who was deleted, and somebody registered with the one that 3 gave up.
        await folder.Target.ExecuteAsync("""
            INSERT INTO suma.returned SELECT p.uuid, v.email, p.first_name, p.last_name FROM (VALUES (1, 'user2@example.com'), (2, 'user1@example.com'), (3, 'user307@example.com')) v (id, email) JOIN suma.people p ON p.legacy_id = v.id;
            UPDATE identity.users SET email_index = set_byte(email_index, 47, (get_byte(email_index, 47) + 1) % 256) WHERE uuid IN (SELECT uuid FROM suma.returned);
            INSERT INTO identity.users (email_index, encrypted_email) SELECT set_byte(email_index, 46, (get_byte(email_index, 46) + 1) % 256), encrypted_email FROM identity.users LIMIT 1;
            INSERT INTO suma.returned SELECT uuid, 'user3@example.com', 'Grace', NULL FROM identity.users WHERE uuid NOT IN (SELECT uuid FROM suma.people);
            """);
        var file = await File.ReadAllTextAsync(Path.Combine(SumaFolder.Source, "migrations", "0003_hand_back.sql"), TestContext.Current.CancellationToken);
        await folder.Target.ExecuteAsync($"BEGIN; {file[file.IndexOf("-- godwit:down", StringComparison.Ordinal)..]} COMMIT");
        Assert.Equal("1:user2@example.com 2:user1@example.com 3:user307@example.com 307: 401:user3@example.com", await folder.AskAsync(
            "SELECT string_agg(id || ':' || coalesce(email, ''), ' ' ORDER BY id) FROM legacy_users WHERE id IN (1, 2, 3, 307) OR first_name = 'Grace'"));
    }

    [Fact]
    public async Task What_people_have_asked_for_stays_theirs_over_the_way_back()
    {
        using var folder = await SumaFolder.PrepareAsync(servers, 200);
        (await folder.RunAsync("run")).MustBe(0);
        await folder.Target.ExecuteAsync("INSERT INTO identity.data_subject_requests (user_id, request_type) SELECT u.id, 'access' FROM identity.users u JOIN suma.people p USING (uuid) WHERE p.legacy_id = 5");
        (await folder.RunAsync("rollback", "--override", "a test of the way back")).MustBe(6);
        Assert.Equal("5 access pending", await folder.AskAsync("""
            SELECT (event_data ->> 'legacy_id') || ' ' || (event_data ->> 'request_type') || ' ' || q.status FROM identity.user_security_events e JOIN identity.data_subject_requests q ON q.uuid = (e.event_data ->> 'request')::uuid
            WHERE e.event_type = 'data_request_returned' AND q.user_id IS NULL
            """));
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal("5 pending", await folder.AskAsync("SELECT p.legacy_id || ' ' || q.status FROM identity.data_subject_requests q JOIN identity.users u ON u.id = q.user_id JOIN suma.people p ON p.uuid = u.uuid"));
        (await folder.SayAsync("audit", "verify", "--target", folder.Target.Url)).MustBe(0);
    }

    [Fact]
    public async Task A_tripwire_of_the_guide_takes_the_run_back_and_the_legacy_system_opens()
    {
        var signIns = 100;
        await using var figures = await WebService.StartAsync(
            http => http.Response.WriteAsync($$"""{"value":{{(http.Request.Path == "/login_success" ? Volatile.Read(ref signIns) : 0)}}}""", http.RequestAborted), TestContext.Current.CancellationToken);
        using var folder = await SumaFolder.PrepareAsync(servers, 200, figures.Url);
        var people = await folder.AskAsync("SELECT md5(string_agg(l::text, '|' ORDER BY id)) FROM legacy_users l");
        var run = folder.RunAsync("run", "--set", "last_look=5m", "--set", "watch=200ms", "--set", "patience=1s");
        await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.steps') IS NOT NULL") && await folder.Target.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM godwit.steps WHERE id = 'watch' AND state = 'Applying')"), run);
        Volatile.Write(ref signIns, 50);
        var back = (await run).MustBe(6);
        Assert.Contains("tripwire logins: 50", back.Output + back.Error, StringComparison.Ordinal);
        Assert.Equal("0 accounts, closed: false", await folder.AskAsync("SELECT (SELECT count(*) FROM identity.users) || ' accounts, closed: ' || EXISTS (SELECT FROM pg_trigger WHERE tgname LIKE '%suma%')"));
        Assert.Equal(people, await folder.AskAsync("SELECT md5(string_agg(l::text, '|' ORDER BY id)) FROM legacy_users l"));
    }
}
