using Godwit.Engine.Runs;
using Godwit.Postgres.Tests.Steps;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Gates;

/// <summary>The gate lag, of a replica that is there.</summary>
public sealed class LagGateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("3s")]
    [InlineData("1h")]
    public async Task A_replica_whose_replay_stands_still_is_behind_whatever_it_said_last(string most)
    {
        await using var primary = await PostgresServer.StartAsync(PostgresVersions.Default, settings: StandbyServer.PrimarySettings, cancellationToken: Token);
        await using var standby = await StandbyServer.FollowAsync(primary, Token);
        using var script = new KindScript(await primary.CreateDatabaseAsync(Token));
        await script.Database.ExecuteAsync("GRANT pg_read_all_stats TO godwit; CREATE TABLE t AS SELECT generate_series(1, 1000)", superuser: true);
        await Patience.UntilAsync(() => script.Database.ScalarAsync<bool>("SELECT coalesce(bool_or(replay_lag IS NOT NULL AND replay_lsn >= pg_current_wal_lsn()), false) FROM pg_stat_replication"));
        await standby.ExecuteAsync("SELECT pg_wal_replay_pause()");
        await Patience.UntilAsync(async () => await standby.AskAsync("SELECT pg_get_wal_replay_pause_state()") is "paused");
        await script.Database.ExecuteAsync("CREATE TABLE later AS SELECT generate_series(1, 1000)");
        Assert.IsType<RunbookOutcome.Paused>(await script.Gates($"- lag: {most}").RunAsync());
        var (state, summary) = await script.GateAsync();
        Assert.Equal("Fail", state);
        // On a busy machine what it said last may be too much by itself.
        Assert.Matches("has not replayed within|is behind", summary);
        await standby.ExecuteAsync("SELECT pg_wal_replay_resume()");
        await Patience.UntilAsync(() => script.Database.ScalarAsync<bool>("SELECT coalesce(bool_or(replay_lsn >= pg_current_wal_lsn()), false) FROM pg_stat_replication"));
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.Equal("Pass", (await script.GateAsync()).State);
    }
}
