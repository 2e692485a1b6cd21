using Godwit.Journeys.Running;
using Godwit.Journeys.Runbooks;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Live;

/// <summary>What applications and their keepers do to a PostgreSQL schema while it is moved live.</summary>
public sealed class PostgresDisturbedTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Schema = """
        CREATE SCHEMA app;
        SET search_path = app, public;
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE TABLE people(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE DEFERRABLE, moods mood[], boss bigint REFERENCES people(id) ON DELETE CASCADE, loud text GENERATED ALWAYS AS (upper(name)) STORED);
        CREATE TABLE heard(what text);
        CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN EXECUTE format('INSERT INTO %I.heard VALUES ($1)', TG_TABLE_SCHEMA) USING TG_OP; RETURN NULL; END $f$;
        CREATE TRIGGER hearing AFTER DELETE ON people FOR EACH ROW EXECUTE FUNCTION hear();
        CREATE TABLE mails(address public.citext PRIMARY KEY, n int NOT NULL);
        CREATE TABLE events(at date, id int, what text, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
        CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        CREATE TABLE events_rest PARTITION OF events DEFAULT;
        CREATE TABLE notes(text text);
        CREATE TABLE still(text text);
        CREATE TABLE codes(code text PRIMARY KEY, filler text);
        CREATE SEQUENCE tickets INCREMENT 5;
        INSERT INTO people(name, moods) SELECT 'p' || i, ARRAY['ok', NULL]::mood[] FROM generate_series(1, 3000) i;
        INSERT INTO mails SELECT 'm' || i || '@x.org', i FROM generate_series(1, 200) i;
        INSERT INTO events SELECT date '2023-12-01' + i, i, 'e' FROM generate_series(1, 500) i;
        INSERT INTO notes VALUES ('same'), ('same'), ('other');
        INSERT INTO still VALUES ('a'), ('a');
        INSERT INTO codes SELECT 'c' || i, repeat('x', 500) FROM generate_series(1, 20000) i;
        SELECT nextval('tickets') FROM generate_series(1, 3);
        """;

    [Fact]
    [Trait("Hazard", "19")]
    public async Task Every_kind_of_table_arrives_and_goes_back_while_it_is_written_to()
    {
        using var folder = await PrepareAsync(await servers.DefaultAsync());
        var source = folder.Target;
        using var runner = await StartAsync(folder);
        await source.ExecuteAsync(
            """
            SET search_path = app, public;
            UPDATE people SET name = name || '!' WHERE id % 3 = 0;
            DELETE FROM people WHERE id = 8;
            INSERT INTO people(name, boss) VALUES ('new', 1);
            UPDATE mails SET address = upper(address::text)::public.citext WHERE n <= 100;
            UPDATE events SET at = at + 400 WHERE id % 5 = 0;
            INSERT INTO events_2024 VALUES ('2024-05-05', 9000, 'by its own name');
            DELETE FROM notes WHERE text = 'other';
            UPDATE codes SET filler = 'y' WHERE code LIKE 'c1%';
            SELECT nextval('tickets');
            """);
        // One that reads an older snapshot empties the table of rows that it does not see.
        await using (var old = await source.OpenAsync(cancellationToken: Token))
        {
            await using var transaction = await old.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Token);
            await using (var look = new NpgsqlCommand("SELECT count(*) FROM app.mails", old)) await look.ExecuteScalarAsync(Token);
            await source.ExecuteAsync("INSERT INTO app.mails VALUES ('unseen@x.org', 1000)");
            await using (var empty = new NpgsqlCommand("TRUNCATE app.mails; INSERT INTO app.mails VALUES ('seen@x.org', 1)", old)) await empty.ExecuteNonQueryAsync(Token);
            await transaction.CommitAsync(Token);
        }
        await source.ExecuteAsync("UPDATE held SET go = true");
        (await runner.WaitAsync()).MustBe(0);
        await MustBeEqualAsync(source);
        Assert.Contains("has moved", (await Assert.ThrowsAsync<PostgresException>(() => source.ExecuteAsync("DELETE FROM app.events_rest"))).MessageText, StringComparison.Ordinal);
        Assert.Equal(21, await source.ScalarAsync<long>("SELECT nextval('now.tickets')"));
        Assert.Equal(3002, await source.ScalarAsync<long>("INSERT INTO now.people(name) VALUES ('newer') RETURNING id"));
        await source.ExecuteAsync(
            """
            SET search_path = now, public;
            DELETE FROM people WHERE id < 100 AND boss IS NULL;
            UPDATE mails SET address = 'SEEN@x.org';
            UPDATE events SET at = '2024-06-01' WHERE id = 1;
            INSERT INTO notes VALUES ('back');
            TRUNCATE codes;
            """);
        var (heard, heardNow) = (await source.ScalarAsync<long>("SELECT count(*) FROM app.heard"), await source.ScalarAsync<long>("SELECT count(*) FROM now.heard"));
        (await folder.RunAsync("rollback", "--to", "backfill")).MustBe(6);
        // A trigger runs once for what an application deletes, and its rows go over as all others do.
        Assert.True(heardNow > heard);
        Assert.Equal(heardNow, await source.ScalarAsync<long>("SELECT count(*) FROM app.heard"));
        await MustBeEqualAsync(source);
        Assert.Equal(3003, await source.ScalarAsync<long>("INSERT INTO app.people(name) VALUES ('newest') RETURNING id"));
        (await folder.RunAsync("resume")).MustBe(0);
        await MustBeEqualAsync(source);
        (await folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal(0, await source.ScalarAsync<long>("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '%godwit%'"));
        await source.ExecuteAsync("INSERT INTO app.notes VALUES ('open')");
    }

    [Theory]
    [InlineData("ALTER TABLE app.people ADD COLUMN more text", "people")]
    [InlineData("CREATE TABLE app.events_2030 PARTITION OF app.events FOR VALUES FROM ('2030-01-01') TO ('2031-01-01'); INSERT INTO app.events VALUES ('2030-05-05', 1, 'nobody records it')", "events", Traits = ["Category", "Soak"])]
    [InlineData("BEGIN; ALTER TABLE app.people DISABLE TRIGGER ALL; DELETE FROM app.people WHERE id = 5; ALTER TABLE app.people ENABLE TRIGGER ALL; COMMIT", "people")]
    [InlineData("BEGIN; ALTER TABLE app.people DISABLE TRIGGER ALL; DELETE FROM app.people WHERE id = 5; ALTER TABLE app.people ENABLE ALWAYS TRIGGER zz_godwit_delete, ENABLE ALWAYS TRIGGER zz_godwit_insert, ENABLE ALWAYS TRIGGER zz_godwit_update, ENABLE ALWAYS TRIGGER aa_godwit_truncate; COMMIT", "people", Traits = ["Category", "Soak"])]
    [Trait("Hazard", "20")]
    public async Task A_table_that_is_changed_meanwhile_is_not_switched(string statement, string table)
    {
        using var folder = await PrepareAsync(await servers.DefaultAsync());
        // A database of its own: of what is done in the target's the run itself would have something to say.
        var source = await folder.Target.Server.CreateDatabaseAsync(Token);
        await source.ExecuteAsync("CREATE EXTENSION citext", superuser: true);
        await source.ExecuteAsync(Schema);
        folder.Environment["OLD_URL"] = source.Url;
        using var runner = await StartAsync(folder);
        await source.ExecuteAsync(statement, superuser: true);
        await folder.Target.ExecuteAsync("UPDATE held SET go = true");
        var paused = (await runner.WaitAsync()).MustBe(5);
        Assert.Contains("GW1902", paused.Output + paused.Error, StringComparison.Ordinal);
        Assert.Contains($"table {table}", paused.Output + paused.Error, StringComparison.Ordinal);
        (await folder.RunAsync("rollback")).MustBe(6);
        await source.ExecuteAsync("DELETE FROM app.people WHERE id = 7");
        Assert.Equal(0, await source.ScalarAsync<long>("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '%godwit%'"));
        Assert.True(await source.ScalarAsync<bool>("SELECT to_regnamespace('godwit') IS NULL"));
    }

    [Theory]
    [InlineData("ALTER TABLE app.notes SET UNLOGGED", "GW1909", "unlogged")]
    [InlineData("ALTER TABLE app.people ENABLE ALWAYS TRIGGER hearing", "GW1909", "hearing")]
    [InlineData("ALTER TABLE app.people ENABLE ROW LEVEL SECURITY; ALTER TABLE app.people FORCE ROW LEVEL SECURITY; CREATE POLICY few ON app.people USING (id < 9)", "GW1010", "people")]
    [InlineData("ALTER TABLE app.notes OWNER TO postgres; GRANT SELECT ON app.notes TO godwit", "GW1909", "does not own")]
    public async Task What_cannot_be_moved_live_is_said_before_anything_is_done(string statement, string code, string word)
    {
        using var folder = await PrepareAsync(await servers.DefaultAsync());
        await MustBeRefusedAsync(folder, statement, code, word);
    }

    [Fact]
    public async Task A_role_that_may_not_set_foreign_keys_aside_is_told_so_before_anything_is_done()
    {
        // A server of its own: who may set a parameter is said for all its databases.
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: Token);
        using var folder = await PrepareAsync(server);
        await MustBeRefusedAsync(folder, "REVOKE SET ON PARAMETER session_replication_role FROM PUBLIC, godwit", "GW1904", "session_replication_role");
    }

    private static async Task MustBeRefusedAsync(RunbookFolder folder, string statement, string code, string word)
    {
        await folder.Target.ExecuteAsync(statement, superuser: true);
        var refused = await folder.RunAsync("run");
        Assert.Contains(code, refused.Output + refused.Error, StringComparison.Ordinal);
        Assert.Contains(word, refused.Output + refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '%godwit%'"));
    }

    private static async Task MustBeEqualAsync(TestDatabase database)
    {
        foreach (var table in new[] { "people", "heard", "mails", "events", "notes", "still", "codes" })
        {
            Assert.Equal((table, 0L), (table, await database.ScalarAsync<long>(
                $"SELECT (SELECT count(*) FROM (SELECT t::text FROM app.{table} t EXCEPT ALL SELECT t::text FROM now.{table} t) a) + (SELECT count(*) FROM (SELECT t::text FROM now.{table} t EXCEPT ALL SELECT t::text FROM app.{table} t) b)")));
        }
    }

    /// <summary>A runner that has copied and verified, and waits.</summary>
    private static async Task<GodwitProcess> StartAsync(RunbookFolder folder)
    {
        await folder.Target.ExecuteAsync("CREATE TABLE public.held(go boolean); INSERT INTO public.held VALUES (false)");
        var runner = folder.Start("run");
        await Patience.UntilAsync(async () =>
            runner.HasExited || (await folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.live_moves') IS NOT NULL") && await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.steps WHERE id = 'held' AND state = 'Applying'") == 1));
        if (runner.HasExited) (await runner.WaitAsync()).MustBe(-1);
        return runner;
    }

    private static async Task<RunbookFolder> PrepareAsync(DatabaseServer server)
    {
        var folder = await RunbookFolder.PrepareAsync(server);
        await folder.Target.ExecuteAsync("CREATE EXTENSION citext", superuser: true);
        await folder.Target.ExecuteAsync(Schema);
        folder.Environment["OLD_URL"] = folder.Target.Url;
        return folder.Runbook(
            """
              backfill:
                steps:
                  - {id: all, move: {source: old, from_schema: app, schema: now, live: true, range_rows: 700}}
                  - {id: held, wait: {until: {sql: "SELECT go FROM public.held"}, every: 100ms, within: 5m}}
              switch:
                steps:
                  - {id: over, cutover: all}
            """,
            sources: "{old: {env: OLD_URL}}");
    }
}
