using System.Diagnostics;
using Godwit.Postgres.Live;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Live;

/// <summary>Whoever reads a table, or cleans it, keeps no fence away for longer than a moment, or is left alone; a fence goes up and comes down within its limit.</summary>
[Trait("Hazard", "8")]
public sealed class BusyTableTests(PostgresServers servers)
{
    private static readonly Guid s_token = Guid.NewGuid();

    private static readonly CapturedRelation s_table = new(1, "public", "t", ["id"], IsPartitioned: false);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fence_goes_up_and_down_while_a_reader_as_pg_dump_does_not_end()
    {
        var database = await PrepareAsync(await servers.DefaultAsync());
        await using var dump = await database.OpenAsync(cancellationToken: Token);
        await using var reading = await dump.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Token);
        await AskAsync(dump, "SELECT count(*) FROM t");
        await using var connection = await database.OpenAsync(cancellationToken: Token);
        await PostgresFence.RaiseAsync(connection, [s_table], TimeSpan.FromSeconds(5), () => Task.CompletedTask, Token);
        Assert.Equal(PostgresFence.SqlState, (await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync("DELETE FROM t WHERE id = 1"))).SqlState);
        await AskAsync(dump, "SELECT count(*) FROM t");
        foreach (var statement in PostgresFence.Lower(s_table)) await database.ExecuteAsync($"SET lock_timeout = '5s'; {statement}");
        await database.ExecuteAsync("DELETE FROM t WHERE id = 1");
        await AskAsync(dump, "SELECT count(*) FROM t");
    }

    /// <summary>It gives way to whoever waits for longer than deadlock_timeout, which a fence that keeps nobody waiting never does.</summary>
    [Fact]
    public async Task A_fence_goes_up_while_autovacuum_cleans_the_table()
    {
        var eager = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["autovacuum"] = "on", ["autovacuum_naptime"] = "1s", ["autovacuum_vacuum_threshold"] = "1", ["autovacuum_vacuum_scale_factor"] = "0",
            // A page a tenth of a second: it lasts for minutes.
            ["autovacuum_vacuum_cost_delay"] = "100ms", ["autovacuum_vacuum_cost_limit"] = "1",
        };
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, settings: eager, cancellationToken: Token);
        var database = await PrepareAsync(server);
        await database.ExecuteAsync("DELETE FROM t WHERE id % 2 = 0");
        await Patience.UntilAsync(() => IsCleanedAsync(database));
        await using var connection = await database.OpenAsync(cancellationToken: Token);
        var began = Stopwatch.GetTimestamp();
        await PostgresFence.RaiseAsync(connection, [s_table], TimeSpan.FromSeconds(10), () => Task.CompletedTask, Token);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(10));
        Assert.Equal(PostgresFence.SqlState, (await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync("DELETE FROM t WHERE id = 1"))).SqlState);
    }

    [Fact]
    public async Task A_VACUUM_of_somebodys_is_not_ended_and_no_writer_waits_behind_the_fence_that_waits_for_it()
    {
        var database = await PrepareAsync(await servers.DefaultAsync());
        await database.ExecuteAsync("DELETE FROM t WHERE id % 2 = 0");
        await using var keeper = await database.OpenAsync(cancellationToken: Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await AskAsync(keeper, "SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 1");
        await using var vacuum = new NpgsqlCommand("VACUUM t", keeper);
        var cleaning = vacuum.ExecuteNonQueryAsync(stop.Token);
        await Patience.UntilAsync(() => IsCleanedAsync(database), cleaning);
        await using var connection = await database.OpenAsync(cancellationToken: Token);
        var raising = PostgresFence.RaiseAsync(connection, [s_table], TimeSpan.FromSeconds(3), () => Task.CompletedTask, Token);
        // Each waits for as long as one try takes, and not for the VACUUM.
        while (!raising.IsCompleted) await database.ExecuteAsync("SET statement_timeout = '2s'; UPDATE t SET filler = 'y' WHERE id = 1");
        Assert.Equal(PostgresErrorCodes.LockNotAvailable, (await Assert.ThrowsAsync<PostgresException>(() => raising)).SqlState);
        Assert.False(cleaning.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cleaning);
        await PostgresFence.RaiseAsync(connection, [s_table], TimeSpan.FromSeconds(10), () => Task.CompletedTask, Token);
    }

    /// <summary>A table of a thousand pages.</summary>
    private static async Task<TestDatabase> PrepareAsync(PostgresServer server)
    {
        var database = await server.CreateDatabaseAsync(Token);
        await database.ExecuteAsync("CREATE SCHEMA godwit; CREATE TABLE t(id int PRIMARY KEY, filler text); INSERT INTO t SELECT i, repeat('x', 700) FROM generate_series(1, 10000) i");
        foreach (var statement in PostgresFence.Make(s_table, s_token, "it has moved")) await database.ExecuteAsync(statement);
        return database;
    }

    private static Task<bool> IsCleanedAsync(TestDatabase database) =>
        database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 't'::regclass AND mode = 'ShareUpdateExclusiveLock' AND granted)");

    private static async Task AskAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteScalarAsync(Token);
    }
}
