using Godwit.Journeys.Running;
using Godwit.Journeys.Samples;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Moves;

/// <summary>A database that is moved as one step of a runbook: forward, on record, and back.</summary>
public sealed class MoveStepTests(PostgresServers servers)
{
    private const string Phases = """
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

    [Fact]
    public async Task A_runbook_moves_a_database_between_two_migrations_and_takes_all_of_it_back()
    {
        using var folder = await ChinookAsync();
        (await folder.RunAsync("check")).MustBe(0);
        var run = await folder.JsonAsync(0, "run");
        Assert.Equal("finished", run.GetProperty("outcome").GetString());
        Assert.Equal(3503, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM tracks"));
    }

    private async Task<RunbookFolder> ChinookAsync()
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        SampleDatabase.Copy("chinook.sqlite", folder.In("legacy.sqlite"));
        return folder.Runbook(Phases, sources: "{legacy: {path: legacy.sqlite}}")
            .Sql("before.sql", "CREATE TABLE notes (text text)", "DROP TABLE notes")
            .Sql("after.sql", "CREATE VIEW tracks AS SELECT * FROM app.\"Track\"", "DROP VIEW tracks");
    }
}
