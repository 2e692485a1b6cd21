using Godwit.Postgres.Backups.Restoring;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Backups;

/// <summary>The moment in which a database takes the place of another.</summary>
public sealed class DatabaseSwapTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_last_look_is_taken_under_the_lock_and_not_while_it_is_waited_for()
    {
        var (old, restored) = (await NewAsync(), await NewAsync());
        await using var admin = await ElsewhereAsync(old);
        await using var ender = await ElsewhereAsync(old);
        await using var holder = await ElsewhereAsync(old);
        await using var watcher = await ElsewhereAsync(old);
        await using var inside = await old.OpenAsync(cancellationToken: Token);
        var looked = 0;
        var last = new LastLook(inside, (_, _) =>
        {
            looked++;
            return Task.CompletedTask;
        });
        // Somebody changes what the database is called in words: the rename waits for that.
        await using var holding = await holder.BeginTransactionAsync(Token);
        await RunAsync(holder, $"COMMENT ON DATABASE \"{old.Name}\" IS 'held'");
        var swapping = DatabaseSwap.RunAsync(admin, ender, restored.Name, old.Name, old.Name + "_before", last, _ => Task.CompletedTask, Token);
        await UntilAsync(watcher, $"SELECT EXISTS (SELECT FROM pg_locks WHERE pid = {admin.ProcessID} AND NOT granted)");
        // Three rounds of whoever ends sessions, each with a look of its own.
        for (var round = 0; round < 3; round++)
        {
            var before = await AskAsync<DateTime>(watcher, $"SELECT query_start FROM pg_stat_activity WHERE pid = {ender.ProcessID}");
            await UntilAsync(watcher, $"SELECT query_start > '{before:O}' FROM pg_stat_activity WHERE pid = {ender.ProcessID}");
        }
        Assert.Equal(0, looked);
        await holding.CommitAsync(Token);
        await swapping;
        Assert.Equal(1, looked);
        Assert.Equal(2, await AskAsync<long>(watcher, $"SELECT count(*) FROM pg_database WHERE datname IN ('{old.Name}', '{old.Name}_before')"));
    }

    [Fact]
    public async Task A_last_look_that_fails_is_the_reason_and_the_session_is_of_use_afterwards()
    {
        var (old, restored) = (await NewAsync(), await NewAsync());
        await using var admin = await ElsewhereAsync(old);
        await using var ender = await ElsewhereAsync(old);
        await using var inside = await old.OpenAsync(cancellationToken: Token);
        var last = new LastLook(inside, (_, _) => throw new InvalidDataException("the decision cannot be written"));
        await Assert.ThrowsAsync<InvalidDataException>(() => DatabaseSwap.RunAsync(admin, ender, restored.Name, old.Name, old.Name + "_before", last, _ => Task.CompletedTask, Token));
        // What whoever restores does next.
        await RunAsync(admin, $"DROP DATABASE \"{restored.Name}\" WITH (FORCE)");
        Assert.Equal(1, await AskAsync<long>(admin, $"SELECT count(*) FROM pg_database WHERE datname IN ('{old.Name}', '{old.Name}_before', '{restored.Name}')"));
        Assert.Equal(1, await AskAsync<int>(inside, "SELECT 1"));
    }

    private async Task<TestDatabase> NewAsync() => await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);

    /// <summary>A session on the server that is in none of the databases that change their names, of the role that owns them.</summary>
    private static async Task<NpgsqlConnection> ElsewhereAsync(TestDatabase database)
    {
        // Its own: a session of the pool that another test let go of has a history.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Server.Connection("postgres").ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }

    private static async Task UntilAsync(NpgsqlConnection connection, string condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await AskAsync<bool>(connection, condition)) await Task.Delay(20, patience.Token);
    }

    private static async Task<T> AskAsync<T>(NpgsqlConnection connection, string query)
    {
        await using var command = new NpgsqlCommand(query, connection);
        return (T)(await command.ExecuteScalarAsync(Token))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }
}
