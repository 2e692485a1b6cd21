using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Engine.Steps.Move;
using Godwit.Model.Moves;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Live;
using Godwit.Postgres.Sourcing;
using Godwit.Postgres.Sourcing.Planning;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Live;

/// <summary>A PostgreSQL source takes the writes of one runner, and knows when it is no longer the one that was read.</summary>
public sealed class PostgresLiveSourceTests(PostgresServers servers)
{
    private static readonly Guid s_move = Guid.NewGuid();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_runner_whose_successor_has_taken_the_source_writes_nothing_more_to_it()
    {
        var (database, plan) = await PrepareAsync();
        var leaseIsSeconds = false;
        await using var first = await OpenAsync(database, plan, s_move, new LiveRunner(Guid.NewGuid(), () => leaseIsSeconds ? throw new LeaseLostException() : Task.CompletedTask));
        await first.RecordAsync(Token);
        await first.FenceAsync(TimeSpan.FromSeconds(30), () => Task.CompletedTask, Token);
        await using var second = await OpenAsync(database, plan, s_move, new LiveRunner(Guid.NewGuid(), () => Task.CompletedTask));
        leaseIsSeconds = true;
        await second.TakeAsync(Token);
        // It wakes up, and would open what its successor keeps closed.
        await MustBeLostAsync(() => first.UnfenceAsync(Token));
        await MustBeLostAsync(() => first.TakeAsync(Token));
        Assert.Equal("25006", (await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync("INSERT INTO t VALUES (9, 9)"))).SqlState);
        await second.UnfenceAsync(Token);
        await database.ExecuteAsync("INSERT INTO t VALUES (9, 9)");
        await MustBeLostAsync(() => first.FenceAsync(TimeSpan.FromSeconds(30), () => Task.CompletedTask, Token));
        await MustBeLostAsync(() => first.RemoveAsync(Token));
        await database.ExecuteAsync("INSERT INTO t VALUES (10, 10)");
    }

    [Fact]
    [Trait("Hazard", "3")]
    public async Task A_successor_ends_what_its_predecessor_has_open_and_waits_for_nobody()
    {
        var (database, plan) = await PrepareAsync();
        await using var first = await OpenAsync(database, plan, s_move, new LiveRunner(Guid.NewGuid(), () => Task.CompletedTask));
        await first.RecordAsync(Token);
        var (fenced, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        // As one that was stopped while it had the writers' lock.
        var fencing = first.FenceAsync(
            TimeSpan.FromSeconds(30),
            () =>
            {
                fenced.SetResult();
                return stopped.Task;
            },
            Token);
        await fenced.Task;
        await using var second = await OpenAsync(database, plan, s_move, new LiveRunner(Guid.NewGuid(), () => Task.CompletedTask));
        await second.TakeAsync(Token);
        await database.ExecuteAsync("INSERT INTO t VALUES (9, 9)");
        stopped.SetResult();
        await Assert.ThrowsAnyAsync<Exception>(() => fencing);
        await database.ExecuteAsync("INSERT INTO t VALUES (10, 10)");
    }

    [Theory]
    [InlineData("UPDATE godwit.live_sources SET readings = 0")]
    [InlineData("DELETE FROM godwit.live_sources")]
    public async Task A_source_that_lost_what_was_read_from_it_is_not_gone_on_with(string loss)
    {
        var (database, plan) = await PrepareAsync();
        await using var source = await OpenAsync(database, plan, s_move);
        await source.RecordAsync(Token);
        await database.ExecuteAsync("INSERT INTO t VALUES (5, 5), (6, 6), (7, 7)");
        string position;
        using (var delta = await source.ReadDeltaAsync(source.Beginning, whole: false, Token))
        {
            Assert.Equal(3, delta.Keys.Values.Single());
            position = delta.Until;
        }
        // As after a restore.
        await database.ExecuteAsync(loss);
        await Assert.ThrowsAsync<RewoundException>(() => source.ReadDeltaAsync(position, whole: false, Token));
    }

    [Fact]
    public async Task A_position_of_another_timeline_is_none()
    {
        var (database, plan) = await PrepareAsync();
        await using var source = await OpenAsync(database, plan, s_move);
        await source.RecordAsync(Token);
        await database.ExecuteAsync("INSERT INTO t VALUES (5, 5)");
        string position;
        using (var delta = await source.ReadDeltaAsync(source.Beginning, whole: false, Token)) position = delta.Until;
        using (var again = await source.ReadDeltaAsync(position, whole: false, Token)) Assert.Empty(again.Keys);
        await Assert.ThrowsAsync<RewoundException>(() => source.ReadDeltaAsync(position.Replace("/00000001/", "/00000009/", StringComparison.Ordinal), whole: false, Token));
    }

    [Fact]
    public async Task A_table_is_part_of_one_live_move_at_a_time_and_nothing_is_left_of_it()
    {
        var (database, plan) = await PrepareAsync();
        await using var first = await OpenAsync(database, plan, s_move);
        await first.RecordAsync(Token);
        await using var other = await OpenAsync(database, plan, Guid.NewGuid());
        await Assert.ThrowsAsync<OtherMoveException>(() => other.RecordAsync(Token));
        Assert.False(await other.IsRecordedAsync(Token));
        await other.RemoveAsync(Token);
        Assert.True(await first.IsRecordedAsync(Token));
        await first.RemoveAsync(Token);
        Assert.True(await database.ScalarAsync<bool>("SELECT to_regnamespace('godwit') IS NULL AND NOT EXISTS (SELECT FROM pg_trigger WHERE NOT tgisinternal)"));
        await other.RecordAsync(Token);
    }

    [Fact]
    public async Task A_schema_that_changed_between_plan_and_recording_is_not_recorded()
    {
        var (database, plan) = await PrepareAsync();
        await database.ExecuteAsync("ALTER TABLE t ADD COLUMN more text");
        await using var source = await OpenAsync(database, plan, s_move);
        await Assert.ThrowsAsync<SourceSchemaException>(() => source.RecordAsync(Token));
        await source.RemoveAsync(Token);
        Assert.True(await database.ScalarAsync<bool>("SELECT to_regnamespace('godwit') IS NULL"));
    }

    [Fact]
    public async Task Recording_waits_for_a_writer_and_keeps_others_waiting_for_moments_only()
    {
        var (database, plan) = await PrepareAsync();
        await using var source = await OpenAsync(database, plan, s_move);
        await using var slow = await database.OpenAsync(cancellationToken: Token);
        await using var open = await slow.BeginTransactionAsync(Token);
        await using (var write = new NpgsqlCommand("INSERT INTO t VALUES (5, 5)", slow, open)) await write.ExecuteNonQueryAsync(Token);
        var recording = source.RecordAsync(Token);
        // Whoever comes meanwhile gets through.
        for (var i = 100; i < 110; i++) await database.ExecuteAsync($"INSERT INTO t VALUES ({i}, 1)");
        await open.CommitAsync(Token);
        await recording;
        await database.ExecuteAsync("INSERT INTO t VALUES (6, 6)");
        using var delta = await source.ReadDeltaAsync(source.Beginning, whole: false, Token);
        Assert.Equal(1, delta.Keys.Values.Single());
    }

    /// <summary>Sessions that its successor has ended tell it first; whatever it opens then finds the lease gone.</summary>
    private static async Task MustBeLostAsync(Func<Task> act)
    {
        for (var ended = 0; ended < 5; ended++)
        {
            var fault = await Assert.ThrowsAnyAsync<Exception>(act);
            if (fault is LeaseLostException) return;
            Assert.True(fault is SourceFaultException or NpgsqlException, fault.ToString());
        }
        Assert.Fail("the lease is not lost");
    }

    [Fact]
    public async Task A_table_without_a_key_goes_over_again_only_once_somebody_has_written_to_it()
    {
        var (database, plan) = await PrepareAsync("CREATE TABLE touched(v int); CREATE TABLE still(v int)");
        await using var source = await OpenAsync(database, plan, s_move);
        await source.RecordAsync(Token);
        using (var delta = await source.ReadDeltaAsync(source.Beginning, whole: true, Token)) Assert.Empty(delta.Whole);
        await database.ExecuteAsync("INSERT INTO touched VALUES (1)");
        using (var delta = await source.ReadDeltaAsync(source.Beginning, whole: false, Token)) Assert.Empty(delta.Whole);
        using (var delta = await source.ReadDeltaAsync(source.Beginning, whole: true, Token)) Assert.Equal("touched", Assert.Single(delta.Whole).Plan.SourceName);
    }

    private async Task<(TestDatabase Database, MovePlan Plan)> PrepareAsync(string more = "")
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync("CREATE TABLE t(id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1);" + more);
        var reading = await SourceDatabase.OpenAsync(PostgresUrl.Parse(database.Url, Environment(database)).Url!, "public", Environment(database), Token);
        using var source = reading.Database!;
        var planned = await source.PlanAsync(new SourcePlanOptions { Schema = "there" }, 1, new MoveProgress(TimeProvider.System), Token);
        return (database, planned.Plan!);
    }

    private static async Task<PostgresLiveSource> OpenAsync(TestDatabase database, MovePlan plan, Guid move, LiveRunner? runner = null)
    {
        var reading = await PostgresTarget.ConnectAsync(PostgresUrl.Parse(database.Url, Environment(database)).Url!, Environment(database), Token);
        return await PostgresLiveSource.OpenAsync(reading.Target!, "public", plan, move, runner, Token);
    }

    private static ConnectionEnvironment Environment(TestDatabase database) => ConnectionEnvironment.Process with { Variable = name => name == "PGPASSFILE" ? database.Server.PassFile : null };
}
