using Godwit.Journeys.Running;
using Godwit.Journeys.Samples;
using Godwit.Journeys.Survival;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Moves;

/// <summary>Runbooks that move a database, and looks at how far the move is.</summary>
internal static class MoveFolder
{
    private const string Music = """
          expand:
            steps:
              - sql: before.sql
          backfill:
            steps:
              - id: music
                move: {source: legacy, schema: app}
          verify:
            steps:
              - sql: after.sql
        """;

    /// <summary>Chinook between two migrations.</summary>
    public static async Task<RunbookFolder> MusicAsync(PostgresServers servers)
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        SampleDatabase.Copy("chinook.sqlite", folder.In("legacy.sqlite"));
        return folder.Runbook(Music, sources: "{legacy: {path: legacy.sqlite}}")
            .Sql("before.sql", "CREATE TABLE notes (text text)", "DROP TABLE notes")
            .Sql("after.sql", "CREATE VIEW tracks AS SELECT * FROM app.\"Track\"", "DROP VIEW tracks");
    }

    /// <summary>A database of many small ranges: long enough on its way to be met there.</summary>
    /// <param name="servers">For its target.</param>
    /// <param name="rangeRows">The fewer, the longer it takes.</param>
    public static async Task<RunbookFolder> LibraryAsync(PostgresServers servers, int rangeRows = 100)
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        SurvivalSource.Write(folder.In("legacy.sqlite"), seed: 7, unfinished: false);
        return folder.Runbook($"  backfill:\n    steps:\n      - {{id: library, move: {{source: legacy, schema: app, jobs: 1, range_rows: {rangeRows}}}}}", sources: "{legacy: {path: legacy.sqlite}}");
    }

    public static void ChangeSource(this RunbookFolder folder, string statement)
    {
        using var connection = SqliteConnection.OpenForWriting(folder.In("legacy.sqlite"));
        connection.Execute(statement);
    }

    /// <summary>Starts a command and waits until the copy is under way.</summary>
    public static async Task<GodwitProcess> StartIntoCopyAsync(this RunbookFolder folder, params IReadOnlyList<string> arguments)
    {
        var process = folder.Start(arguments);
        while (!await folder.IsCopyingAsync())
        {
            if (process.HasExited) (await process.WaitAsync()).MustBe(-1);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
        return process;
    }

    /// <summary>Starts a command and waits until it verifies.</summary>
    public static async Task<GodwitProcess> StartIntoVerificationAsync(this RunbookFolder folder, params IReadOnlyList<string> arguments)
    {
        var process = folder.Start(arguments);
        while (!await folder.HasRunsAsync() || await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.runs WHERE kind = 'move' AND phase = 'verify' AND state = 'Running'") == 0)
        {
            if (process.HasExited) (await process.WaitAsync()).MustBe(-1);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
        return process;
    }

    public static Task<long> RangesAsync(this RunbookFolder folder, bool done) =>
        folder.Target.ScalarAsync<long>($"SELECT count(*) FROM godwit.ranges g JOIN godwit.runs r ON r.id = g.run WHERE r.state <> 'Aborted' AND done = {done}");

    /// <summary>Every row of the library is in the target, once.</summary>
    public static async Task AssertLibraryAsync(this RunbookFolder folder)
    {
        foreach (var (table, rows) in SurvivalSource.Rows) Assert.Equal(rows, await folder.Target.ScalarAsync<long>($"SELECT count(*) FROM app.{table}"));
        Assert.Equal("Verified", await folder.Target.ScalarAsync<string>("SELECT state FROM godwit.runs WHERE kind = 'move' ORDER BY started_at DESC LIMIT 1"));
    }

    /// <summary>Nothing but godwit's own is in the target.</summary>
    public static async Task AssertEmptyAsync(this RunbookFolder folder) =>
        Assert.Equal("godwit,public", await folder.Target.ScalarAsync<string>(
            "SELECT string_agg(nspname, ',' ORDER BY nspname) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"));

    private static async Task<bool> IsCopyingAsync(this RunbookFolder folder) => await folder.HasRunsAsync() && await folder.RangesAsync(done: true) >= 5;

    private static Task<bool> HasRunsAsync(this RunbookFolder folder) => folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.ranges') IS NOT NULL");
}
