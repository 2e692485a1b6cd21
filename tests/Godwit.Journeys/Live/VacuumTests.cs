using Godwit.Journeys.Runbooks;
using Godwit.Journeys.Running;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>VACUUM may number the rows of a table without an INTEGER PRIMARY KEY anew, and no trigger tells: the copy goes on beside it, and every row arrives.</summary>
public sealed class VacuumTests(PostgresServers servers)
{
    [Fact]
    [Trait("Hazard", "16")]
    public async Task A_VACUUM_in_the_middle_of_the_copy_costs_no_row()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        using var application = SqliteConnection.OpenForWriting(folder.In("app.sqlite"));
        foreach (var statement in (string[])
        [
            "PRAGMA journal_mode = WAL",
            "CREATE TABLE words(word TEXT PRIMARY KEY, n INTEGER)",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) INSERT INTO words SELECT 'word ' || i, i FROM n",
            // The first rows that the copy reads stand far from the beginning; afterwards they stand there, and those behind them where it has been.
            "DELETE FROM words WHERE n <= 10000",
        ]) application.Execute(statement);
        folder.Runbook(
            """
              backfill:
                steps:
                  - {id: all, move: {source: old, live: true, range_rows: 500, jobs: 1, share: 1}}
              switch:
                steps:
                  - {id: over, cutover: all}
            """, sources: "{old: {path: app.sqlite}}");
        using var runner = folder.Start("run");
        await Patience.UntilAsync(async () => runner.HasExited || (await folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.ranges') IS NOT NULL") && await DoneAsync(folder) > 2));
        application.SetBusyTimeout(TimeSpan.FromSeconds(20));
        application.Execute("VACUUM");
        (await runner.WaitAsync()).MustBe(0);
        Assert.Equal(30_000, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM words"));
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["verify", "--from", folder.In("app.sqlite"), "--to", folder.Target.Url])).MustBe(0);
    }

    private static Task<long> DoneAsync(RunbookFolder folder) => folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.ranges WHERE done");
}
