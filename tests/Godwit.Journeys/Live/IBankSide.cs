using Godwit.Sqlite.Native;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Live;

/// <summary>A writer's connection to one side of a bank.</summary>
internal interface IBankSide : IAsyncDisposable
{
    /// <summary>All of them in one transaction.</summary>
    Task TransferAsync(IReadOnlyList<string> statements);
}

internal sealed class SqliteBankSide : IBankSide
{
    private readonly SqliteConnection _connection;

    public SqliteBankSide(string source)
    {
        _connection = SqliteConnection.OpenForWriting(source);
        _connection.SetBusyTimeout(TimeSpan.FromSeconds(10));
        _connection.Execute("PRAGMA synchronous = OFF");
    }

    public Task TransferAsync(IReadOnlyList<string> statements)
    {
        _connection.Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (var statement in statements) _connection.Execute(statement);
            _connection.Execute("COMMIT");
        }
        catch
        {
            _connection.Execute("ROLLBACK");
            throw;
        }
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}

internal sealed class PostgresBankSide(NpgsqlConnection connection) : IBankSide
{
    public static async Task<IBankSide> OpenAsync(TestDatabase database, string schema)
    {
        var connection = await database.OpenAsync();
        if (schema == "public") return new PostgresBankSide(connection);
        await using var path = new NpgsqlCommand($"SET search_path = {schema}", connection);
        await path.ExecuteNonQueryAsync();
        return new PostgresBankSide(connection);
    }

    /// <summary>Through a pooler: of its sessions nothing is the writer's own but the transaction.</summary>
    public static async Task<IBankSide> OpenAsync(TestDatabase database, PgBouncer pooler)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Port = pooler.Port, Pooling = false, NoResetOnClose = true }.ConnectionString);
        await connection.OpenAsync();
        return new PostgresBankSide(connection);
    }

    public async Task TransferAsync(IReadOnlyList<string> statements)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection, transaction);
            await command.ExecuteNonQueryAsync();
        }
        await transaction.CommitAsync();
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
