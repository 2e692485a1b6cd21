using System.Diagnostics;
using Godwit.Journeys.Running;
using Godwit.Journeys.Runbooks;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>What applications and their tools do to a database while it is moved.</summary>
public sealed class DisturbedMoveTests(PostgresServers servers)
{
    private static readonly string[] s_schema =
    [
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE people(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, age INTEGER)",
        "CREATE TABLE tags(name TEXT COLLATE NOCASE PRIMARY KEY, weight REAL)",
        "CREATE TABLE places(x INTEGER, y INTEGER, what TEXT, PRIMARY KEY (x, y)) WITHOUT ROWID",
        "CREATE TABLE notes(text TEXT)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO people(name, age) SELECT 'p' || i, i % 90 FROM n",
        "INSERT INTO tags VALUES ('abc', 1.5), ('def', 2)",
        "INSERT INTO places VALUES (1, 1, 'here')",
        "INSERT INTO notes VALUES ('same'), ('same'), ('other')",
    ];

    [Fact]
    [Trait("Hazard", "16")]
    [Trait("Hazard", "17")]
    [Trait("Hazard", "22")]
    public async Task Rebuilt_tables_vacuums_and_rows_without_key_arrive_and_a_row_that_does_not_fit_holds_the_cut_over()
    {
        using var folder = await PrepareAsync(
            """
              backfill:
                steps:
                  - {id: all, move: {source: old, live: true, range_rows: 500}}
                  - {id: held, wait: {until: {sql: "SELECT go FROM held"}, every: 100ms, within: 5m}}
              switch:
                steps:
                  - {id: over, cutover: all}
            """);
        using var application = SqliteConnection.OpenForWriting(folder.In("app.sqlite"));
        application.SetBusyTimeout(TimeSpan.FromSeconds(20));
        using var runner = await StartAsync(folder);
        // As Django and Alembic change a table: the triggers go with the old one.
        application.Execute("BEGIN");
        application.Execute("CREATE TABLE new__people(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, age INTEGER)");
        application.Execute("INSERT INTO new__people SELECT id, name || '!', age FROM people");
        application.Execute("DROP TABLE people");
        application.Execute("ALTER TABLE new__people RENAME TO people");
        application.Execute("COMMIT");
        application.Execute("VACUUM");
        application.Execute("UPDATE people SET age = 100 WHERE id = 7");
        application.Execute("DELETE FROM people WHERE id = 8");
        application.Execute("UPDATE tags SET name = 'ABC' WHERE name = 'abc'");
        application.Execute("REPLACE INTO places VALUES (1, 1, 'there'), (2, 1, 'far')");
        application.Execute("DELETE FROM notes WHERE text = 'other'");
        application.Execute("INSERT INTO people(name, age) VALUES ('unfit', 'no number')");
        await folder.Target.ExecuteAsync("UPDATE held SET go = true");
        var paused = (await runner.WaitAsync()).MustBe(5);
        Assert.Contains("GW1905", paused.Output + paused.Error, StringComparison.Ordinal);
        Assert.Contains("3001", paused.Output + paused.Error, StringComparison.Ordinal);
        application.Execute("UPDATE people SET age = 5 WHERE name = 'unfit'");
        (await folder.RunAsync("resume")).MustBe(0);
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["verify", "--from", folder.In("app.sqlite"), "--to", folder.Target.Url])).MustBe(0);
        Assert.Equal("ABC", await folder.Target.ScalarAsync<string>("SELECT name FROM tags WHERE weight = 1.5"));
        Assert.Equal(3002, await folder.Target.ScalarAsync<long>("WITH i AS (INSERT INTO people(name) VALUES ('new') RETURNING id) SELECT id FROM i"));
        Assert.Contains("has moved", Assert.Throws<SqliteException>(() => application.Execute("DELETE FROM notes")).Message, StringComparison.Ordinal);
        // What was written at the new side goes back, rows without a key too.
        await folder.Target.ExecuteAsync("INSERT INTO notes VALUES ('new'); DELETE FROM people WHERE id < 100");
        (await folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal("new,same,same", application.QueryText("SELECT group_concat(text) FROM (SELECT text FROM notes ORDER BY text)"));
        Assert.Equal(2903, application.QueryInteger("SELECT count(*) FROM people"));
        application.Execute("INSERT INTO people(name) VALUES ('after')");
        Assert.Equal(3003, application.QueryInteger("SELECT max(id) FROM people"));
    }

    [Fact]
    [Trait("Hazard", "18")]
    public async Task A_writer_that_does_not_end_is_waited_for_no_longer_than_the_limit()
    {
        using var folder = await PrepareAsync(
            """
              backfill:
                steps:
                  - {id: all, move: {source: old, live: true}}
                  - {id: held, wait: {until: {sql: "SELECT go FROM held"}, every: 100ms, within: 5m}}
              switch:
                steps:
                  - {id: over, cutover: {move: all, limit: 3s, tries: 2}}
            """);
        using var application = SqliteConnection.OpenForWriting(folder.In("app.sqlite"));
        application.SetBusyTimeout(TimeSpan.FromSeconds(20));
        using var runner = await StartAsync(folder);
        application.Execute("BEGIN IMMEDIATE");
        application.Execute("INSERT INTO notes VALUES ('late')");
        await folder.Target.ExecuteAsync("UPDATE held SET go = true");
        var began = Stopwatch.GetTimestamp();
        var paused = (await runner.WaitAsync()).MustBe(5);
        // Two tries of 3 s with a second between them; the rest is for a machine that has other work.
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(25));
        Assert.Contains("GW1907", paused.Output + paused.Error, StringComparison.Ordinal);
        Assert.Contains("old sqlite:", (await folder.RunAsync("endpoint")).MustBe(0).Output, StringComparison.Ordinal);
        application.Execute("COMMIT");
        application.Execute("INSERT INTO notes VALUES ('later')");
        (await folder.RunAsync("resume")).MustBe(0);
        Assert.Contains("new postgres", (await folder.RunAsync("endpoint")).MustBe(0).Output, StringComparison.Ordinal);
        Assert.Equal(5, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM notes"));
        Assert.Contains("writers at the new side", (await folder.RunAsync("status")).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_without_a_key_is_written_to_all_along_and_arrives()
    {
        using var folder = await PrepareAsync(
            """
              backfill:
                steps:
                  - {id: all, move: {source: old, live: true, range_rows: 500}}
                  - {id: held, wait: {until: {sql: "SELECT go FROM held"}, every: 100ms, within: 5m}}
              switch:
                steps:
                  - {id: over, cutover: {move: all, limit: 30s}}
            """);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            using var application = SqliteConnection.OpenForWriting(folder.In("app.sqlite"));
            application.SetBusyTimeout(TimeSpan.FromSeconds(20));
            var written = 0;
            for (; !stop.IsCancellationRequested; written++)
            {
                application.Execute("INSERT INTO notes VALUES ('again')");
                await Task.Delay(5);
            }
            return written;
        });
        using var runner = await StartAsync(folder);
        await stop.CancelAsync();
        var expected = 3 + await writing;
        await folder.Target.ExecuteAsync("UPDATE held SET go = true");
        (await runner.WaitAsync()).MustBe(0);
        Assert.Equal(expected, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM notes"));
    }

    [Fact]
    public async Task A_table_that_is_gone_pauses_the_run_and_the_move_is_taken_back_all_the_same()
    {
        using var folder = await PrepareAsync(
            """
              backfill:
                steps:
                  - {id: all, move: {source: old, live: true}}
                  - {id: held, wait: {until: {sql: "SELECT go FROM held"}, every: 100ms, within: 5m}}
              switch:
                steps:
                  - {id: over, cutover: all}
            """);
        using var application = SqliteConnection.OpenForWriting(folder.In("app.sqlite"));
        application.SetBusyTimeout(TimeSpan.FromSeconds(20));
        using var runner = await StartAsync(folder);
        application.Execute("DROP TABLE places");
        await folder.Target.ExecuteAsync("UPDATE held SET go = true");
        var paused = (await runner.WaitAsync()).MustBe(5);
        Assert.Contains("GW1902", paused.Output + paused.Error, StringComparison.Ordinal);
        (await folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal(0, application.QueryInteger("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%godwit%'"));
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'held'"));
        application.Execute("INSERT INTO people(name) VALUES ('after')");
    }

    [Fact]
    public async Task Another_secret_than_the_one_that_a_move_began_with_carries_nothing_on()
    {
        using var folder = await PrepareAsync(
            """
              backfill:
                steps:
                  - {id: all, move: {source: old, live: true, columns: {people: {name: {transform: {hash: {key: PEPPER}}}}}}}
                  - {id: held, wait: {until: {sql: "SELECT go FROM held"}, every: 100ms, within: 5m}}
              switch:
                steps:
                  - {id: over, cutover: all, irreversible: names are hashed}
            """);
        folder.Environment["PEPPER"] = "the pepper of the beginning";
        using var application = SqliteConnection.OpenForWriting(folder.In("app.sqlite"));
        application.SetBusyTimeout(TimeSpan.FromSeconds(20));
        using var runner = await StartAsync(folder);
        (await folder.RunAsync("pause")).MustBe(0);
        (await runner.WaitAsync()).MustBe(5);
        application.Execute("UPDATE people SET name = 'p2' WHERE id = 1");
        await folder.Target.ExecuteAsync("UPDATE held SET go = true");
        foreach (var (wrong, code) in ((string?, string)[])[("another", "GW1320"), (null, "GW1742")])
        {
            folder.Environment["PEPPER"] = wrong;
            var refused = (await folder.RunAsync("resume")).MustBe(5);
            Assert.Contains(code, refused.Output + refused.Error, StringComparison.Ordinal);
        }
        folder.Environment["PEPPER"] = "the pepper of the beginning";
        (await folder.RunAsync("resume")).MustBe(0);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(DISTINCT name) FROM people WHERE id IN (1, 2)"));
    }

    /// <summary>A runner that has copied and verified, and waits.</summary>
    private static async Task<GodwitProcess> StartAsync(RunbookFolder folder)
    {
        await folder.Target.ExecuteAsync("CREATE TABLE held(go boolean); INSERT INTO held VALUES (false)");
        var runner = folder.Start("run");
        await Patience.UntilAsync(async () =>
            runner.HasExited || (await folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.live_moves') IS NOT NULL") && await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.steps WHERE id = 'held' AND state = 'Applying'") == 1));
        if (runner.HasExited) (await runner.WaitAsync()).MustBe(-1);
        return runner;
    }

    private async Task<RunbookFolder> PrepareAsync(string phases)
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        using (var source = SqliteConnection.OpenForWriting(folder.In("app.sqlite"))) foreach (var statement in s_schema) source.Execute(statement);
        return folder.Runbook(phases, sources: "{old: {path: app.sqlite}}");
    }
}
