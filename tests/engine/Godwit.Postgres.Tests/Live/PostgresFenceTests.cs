using Godwit.Engine.Live;
using Godwit.Postgres.Live;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Live;

/// <summary>Once the fence is up no write gets through, none that began before it is missed, and reading never notices.</summary>
[Trait("Hazard", "7")]
public sealed class PostgresFenceTests(PostgresServers servers)
{
    private static readonly Guid s_token = Guid.NewGuid();

    private static readonly CapturedRelation[] s_tables = [Table(1, "t"), Table(2, "whole"), Table(3, "part")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("INSERT INTO t VALUES (9)")]
    [InlineData("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING")]
    [InlineData("UPDATE t SET id = 9")]
    [InlineData("DELETE FROM t WHERE false")]
    [InlineData("TRUNCATE t")]
    [InlineData("MERGE INTO t USING (VALUES (1)) s(id) ON t.id = s.id WHEN MATCHED THEN DELETE")]
    [InlineData("INSERT INTO whole VALUES (9)")]
    [InlineData("INSERT INTO part VALUES (9)")]
    [InlineData("TRUNCATE whole")]
    [InlineData("SET session_replication_role = replica; DELETE FROM t")]
    [InlineData("COPY t FROM PROGRAM 'echo 9'")]
    public async Task Every_write_is_refused_and_nothing_else(string statement)
    {
        var database = await PrepareAsync();
        await database.ExecuteAsync(statement.Replace("(9)", "(7)", StringComparison.Ordinal).Replace("echo 9", "echo 7", StringComparison.Ordinal) + "; TRUNCATE t, whole; INSERT INTO t VALUES (1)", superuser: true);
        await using var connection = await database.OpenAsync(cancellationToken: Token);
        await PostgresFence.RaiseAsync(connection, s_tables, TimeSpan.FromSeconds(5), () => Task.CompletedTask, Token);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(statement, superuser: true));
        Assert.Equal((PostgresFence.SqlState, "it has moved"), (refused.SqlState, refused.MessageText));
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM t"));
        await database.ExecuteAsync($"SET godwit.applies = '{s_token:N}'; {statement}", superuser: true);
        foreach (var lower in s_tables.SelectMany(PostgresFence.Lower)) await database.ExecuteAsync(lower);
        await database.ExecuteAsync("TRUNCATE t, whole");
        await database.ExecuteAsync(statement, superuser: true);
    }

    [Fact]
    public async Task A_writer_that_has_begun_is_waited_for_and_one_that_waits_is_refused()
    {
        var database = await PrepareAsync();
        await using var early = await database.OpenAsync(cancellationToken: Token);
        await using var open = await early.BeginTransactionAsync(Token);
        await using (var write = new NpgsqlCommand("INSERT INTO t VALUES (5)", early, open)) await write.ExecuteNonQueryAsync(Token);
        await using var connection = await database.OpenAsync(cancellationToken: Token);
        long drained = 0;
        var late = Task.CompletedTask;
        var raising = PostgresFence.RaiseAsync(
            connection, s_tables, TimeSpan.FromSeconds(60),
            async () =>
            {
                late = database.ExecuteAsync("INSERT INTO t VALUES (6)");
                await WaitingAsync(database, 1);
                drained = await database.ScalarAsync<long>("SELECT count(*) FROM t WHERE id = 5");
            },
            Token);
        await WaitingAsync(database, 1);
        await open.CommitAsync(Token);
        await raising;
        Assert.Equal(1, drained);
        Assert.Equal(PostgresFence.SqlState, (await Assert.ThrowsAsync<PostgresException>(() => late)).SqlState);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM t WHERE id = 6"));
    }

    [Fact]
    public async Task What_cannot_be_drained_leaves_writers_alone()
    {
        var database = await PrepareAsync();
        await using var connection = await database.OpenAsync(cancellationToken: Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => PostgresFence.RaiseAsync(connection, s_tables, TimeSpan.FromSeconds(5), () => throw new InvalidOperationException(), Token));
        await database.ExecuteAsync("INSERT INTO t VALUES (2)");
        await using var busy = await database.OpenAsync(cancellationToken: Token);
        await using var open = await busy.BeginTransactionAsync(Token);
        await using (var write = new NpgsqlCommand("INSERT INTO part VALUES (5)", busy, open)) await write.ExecuteNonQueryAsync(Token);
        var late = await Assert.ThrowsAsync<PostgresException>(() => PostgresFence.RaiseAsync(connection, s_tables, TimeSpan.FromMilliseconds(100), () => Task.CompletedTask, Token));
        Assert.Equal(PostgresErrorCodes.LockNotAvailable, late.SqlState);
        await open.CommitAsync(Token);
        await database.ExecuteAsync("INSERT INTO t VALUES (3)");
    }

    [Fact]
    public async Task A_prepared_transaction_is_found_before_it_commits_behind_the_fence()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, settings: new Dictionary<string, string>(StringComparer.Ordinal) { ["max_prepared_transactions"] = "2" }, cancellationToken: Token);
        var database = await PrepareAsync(server);
        await database.ExecuteAsync("BEGIN; CREATE TABLE elsewhere(); PREPARE TRANSACTION 'later'");
        await using var connection = await database.OpenAsync(cancellationToken: Token);
        await Assert.ThrowsAsync<PreparedTransactionsException>(() => PostgresFence.RaiseAsync(connection, s_tables, TimeSpan.FromSeconds(5), () => Task.CompletedTask, Token));
        await database.ExecuteAsync("INSERT INTO t VALUES (2)");
    }

    private static CapturedRelation Table(int number, string name) => new(number, "public", name, ["id"], IsPartitioned: false);

    private async Task<TestDatabase> PrepareAsync() => await PrepareAsync(await servers.DefaultAsync());

    private static async Task<TestDatabase> PrepareAsync(PostgresServer server)
    {
        var database = await server.CreateDatabaseAsync(Token);
        await database.ExecuteAsync("CREATE SCHEMA godwit; CREATE TABLE t(id int PRIMARY KEY); INSERT INTO t VALUES (1); CREATE TABLE whole(id int) PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF whole DEFAULT");
        foreach (var statement in s_tables.SelectMany(t => PostgresFence.Make(t, s_token, "it has moved"))) await database.ExecuteAsync(statement);
        return database;
    }

    private static Task WaitingAsync(TestDatabase database, int count) =>
        Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") >= count);
}
