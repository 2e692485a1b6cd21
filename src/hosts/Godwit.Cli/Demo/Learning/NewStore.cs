using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Cli.Demo.Learning;

/// <summary>PostgreSQL, as the same application uses it.</summary>
internal sealed class NewStore(PostgresSource source) : ILearningStore
{
    private NpgsqlConnection? _connection;

    public bool Write(IReadOnlyList<Statement> statements)
    {
        while (true)
        {
            try
            {
                Send(statements);
                return true;
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
            {
                return false;
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.DeadlockDetected)
            {
                // Nothing was changed, and here is where it belongs: as every application that writes to two tables asks again.
                continue;
            }
        }
    }

    private void Send(IReadOnlyList<Statement> statements)
    {
        // A batch is one transaction (https://www.npgsql.org/doc/basic-usage.html#batching).
        using var batch = new NpgsqlBatch(Connection());
        foreach (var statement in statements)
        {
            var command = new NpgsqlBatchCommand(statement.New);
            foreach (var value in statement.Values) command.Parameters.Add(new NpgsqlParameter { Value = value });
            batch.BatchCommands.Add(command);
        }
        batch.ExecuteNonQuery();
    }

    public void Read(Statement question)
    {
        using var command = new NpgsqlCommand(question.New, Connection());
        foreach (var value in question.Values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        using var reader = command.ExecuteReader();
        while (reader.Read()) { }
    }

    public void Dispose() => _connection?.Dispose();

    private NpgsqlConnection Connection()
    {
        if (_connection is { State: System.Data.ConnectionState.Open } open) return open;
        _connection?.Dispose();
        return _connection = source.OpenAsync().AsTask().GetAwaiter().GetResult();
    }
}
