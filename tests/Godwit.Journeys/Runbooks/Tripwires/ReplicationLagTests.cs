using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Tripwires;

/// <summary>A replica that streams and replays nothing: PostgreSQL's own figure of its lag stays what it was.</summary>
public sealed class ReplicationLagTests
{
    [Fact]
    public async Task A_replica_whose_replay_stands_still_fires_and_the_run_goes_on_once_it_has_caught_up()
    {
        await using var primary = await PostgresServer.StartAsync(PostgresVersions.Default, settings: StandbyServer.PrimarySettings, cancellationToken: TestContext.Current.CancellationToken);
        await using var standby = await StandbyServer.FollowAsync(primary, TestContext.Current.CancellationToken);
        using var folder = (await RunbookFolder.PrepareAsync(primary)).Runbook("""
              expand:
                steps:
                  - {id: first, sql: first.sql}
              switch:
                steps:
                  - {id: settle, command: {run: [/bin/sh, wait.sh], files: [wait.sh], undo: {run: [/bin/true]}}}
            tripwires:
              - {id: lag, run: replication_lag, above: 1, every: 100ms, for: 300ms, baseline: 300ms, action: pause, phases: [switch]}
            """)
            .Sql("first.sql", "CREATE TABLE first AS SELECT generate_series(1, 1000)", "DROP TABLE first").Write("wait.sh", "until test -e go; do /bin/sleep 0.05; done\n");
        await folder.Target.ExecuteAsync("GRANT pg_read_all_stats TO godwit", superuser: true);
        var run = folder.JsonAsync(5, "run");
        await folder.UntilAtAsync("settle", run);
        await standby.ExecuteAsync("SELECT pg_wal_replay_pause()");
        await Patience.UntilAsync(async () => await standby.AskAsync("SELECT pg_get_wal_replay_pause_state()") is "paused");
        await folder.Target.ExecuteAsync("CREATE TABLE public.later AS SELECT generate_series(1, 1000)");
        Assert.Contains("tripwire lag: ", (await run).GetProperty("reason").GetString(), StringComparison.Ordinal);
        await folder.Target.ExecuteAsync("DROP TABLE public.later");
        await standby.ExecuteAsync("SELECT pg_wal_replay_resume()");
        folder.Write("go", "");
        (await folder.RunAsync("resume", "--seen")).MustBe(0);
    }
}
