using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>Several processes at once begin the same runbook on a fresh database: one does it, the others leave with a reason, none crashes.</summary>
public sealed class RunnersAtOnceTests(PostgresServers servers)
{
    private const int Done = 0, Refused = 1;

    [Fact]
    public Task One_of_four_processes_begins() => RaceAsync(rounds: 1, processes: 4);

    [Fact]
    [Trait("Category", "Soak")]
    public Task One_of_eight_processes_begins_fifty_times() => RaceAsync(rounds: 50, processes: 8);

    private async Task RaceAsync(int rounds, int processes)
    {
        for (var round = 0; round < rounds; round++)
        {
            using var folder = (await RunbookFolder.PrepareAsync(servers)).Runbook("  expand:\n    steps:\n      - {id: table, sql: table.sql}\n      - {id: fill, sql: fill.sql}\n")
                .Sql("table.sql", "CREATE TABLE log (step text)", "DROP TABLE log").Sql("fill.sql", "INSERT INTO log VALUES ('once'); SELECT pg_sleep(0.2);", "DELETE FROM log");
            var runners = Enumerable.Range(0, processes).Select(_ => folder.Start("run")).ToList();
            var outcomes = await Task.WhenAll(runners.Select(r => r.WaitAsync()));
            runners.ForEach(r => r.Dispose());
            var story = string.Join('\n', outcomes.Select(o => $"--- {o.ExitCode}\n{o.Output}{o.Error}"));
            Assert.True(outcomes.Count(o => o.Output.Contains("Finished:", StringComparison.Ordinal)) == 1, story);
            foreach (var other in outcomes.Where(o => !o.Output.Contains("Finished:", StringComparison.Ordinal)))
            {
                // Whoever comes when it is over finds nothing to do.
                var left = other.ExitCode == Done ? "Nothing to do" : other.Output.Contains("is at work on run", StringComparison.Ordinal) ? "is at work on run" : "of this runbook is running";
                Assert.True(other.ExitCode is Done or Refused && other.Output.Contains(left, StringComparison.Ordinal), story);
            }
            Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.log"));
            Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.runs"));
        }
    }
}
