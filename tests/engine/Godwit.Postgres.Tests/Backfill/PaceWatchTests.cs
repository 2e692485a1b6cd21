using Godwit.Engine.Backfill;
using Godwit.Engine.Runs;
using Godwit.Postgres.Backfill;
using Godwit.TestServers;
using Npgsql;
using static Godwit.Postgres.Tests.Backfill.Backfilling;

namespace Godwit.Postgres.Tests.Backfill;

/// <summary>The signs of strain, on every version, with the rights of a plain owner.</summary>
public sealed class PaceWatchTests(PostgresServers servers)
{
    private static readonly SessionTerms Terms = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));

    public static IEnumerable<object[]> Versions => PostgresVersions.All;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_plain_role_sees_waits_and_WAL(int major)
    {
        var run = await LocalRun.MakeAsync(await servers.OfAsync(major));
        await run.Database.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1)");
        await run.OutsideTransactionAsync(
            Terms,
            async (session, token) =>
            {
                var watch = new PostgresBackfills().CreateWatch();
                var first = await watch.ReadAsync(session, token);
                Assert.Equal((null, 0L, null), (first.WalShare, first.LockWaiters, first.ReplicaLag));
                Assert.Empty(watch.Unseen);

                await using var holder = await run.Database.OpenAsync(cancellationToken: token);
                await using var transaction = await holder.BeginTransactionAsync(token);
                await using (var update = new NpgsqlCommand("UPDATE t SET v = repeat('x', 1000000)", holder, transaction)) await update.ExecuteNonQueryAsync(token);
                var waiting = run.Database.ExecuteAsync("UPDATE t SET v = 'y'");
                PaceSigns signs;
                do
                {
                    await Task.Delay(20, token);
                    signs = await watch.ReadAsync(session, token);
                }
                while (signs.LockWaiters == 0);
                Assert.Equal(1, signs.LockWaiters);
                Assert.InRange(signs.WalShare!.Value, 0, 1_000_000);
                await transaction.CommitAsync(token);
                await waiting;
                return true;
            },
            Token);
    }

    [Fact]
    public async Task A_replica_that_replays_nothing_lags_although_the_server_measures_nothing()
    {
        await using var primary = await PostgresServer.StartAsync(PostgresVersions.Default, settings: StandbyServer.PrimarySettings, cancellationToken: Token);
        await using var standby = await StandbyServer.FollowAsync(primary, Token);
        var run = await LocalRun.MakeAsync(primary);
        // A plain role does not see how far replicas are.
        await run.OutsideTransactionAsync(
            Terms,
            async (session, token) =>
            {
                var watch = new PostgresBackfills().CreateWatch();
                await watch.ReadAsync(session, token);
                Assert.Contains("pg_read_all_stats", Assert.Single(watch.Unseen), StringComparison.Ordinal);
                return true;
            },
            Token);
        await run.Database.ExecuteAsync("GRANT pg_read_all_stats TO godwit", superuser: true);
        await run.OutsideTransactionAsync(
            Terms,
            async (session, token) =>
            {
                var watch = new PostgresBackfills().CreateWatch();
                await Patience.UntilAsync(async () => await LagAsync() < Pace.LagLimit);
                standby.Stream.Silent = true;
                await run.Database.ExecuteAsync("CREATE TABLE t AS SELECT generate_series(1, 1000)");
                await Patience.UntilAsync(async () => await LagAsync() > Pace.LagLimit);
                standby.Stream.Silent = false;
                await Patience.UntilAsync(async () => await LagAsync() < Pace.LagLimit);
                return true;

                async Task<TimeSpan?> LagAsync() => (await watch.ReadAsync(session, token)).ReplicaLag;
            },
            Token);
    }

    [Fact]
    public async Task A_probe_is_measured_before_and_while_rows_are_written()
    {
        var fill = await MakeAsync(
            await servers.DefaultAsync(),
            "CREATE TABLE t (id int PRIMARY KEY, a text, b text); INSERT INTO t SELECT n, 'A' || n FROM generate_series(1, 1500) n",
            "{from: t, set: {b: {lower: a}}, probe: {sql: SELECT count(*) FROM t WHERE id = 7, per_second: 50, window: 1s, baseline: 1s, objective: 1s}}");
        AssertPassed(await fill.ApplyAsync());
        Assert.True(fill.Run.Texts.Count(t => t == "SELECT count(*) FROM t WHERE id = 7") >= 10);
        AssertPassed(await fill.VerifyAsync());
    }
}
