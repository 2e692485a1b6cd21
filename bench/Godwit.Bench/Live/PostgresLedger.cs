using Npgsql;

namespace Godwit.Bench.Live;

/// <summary>The ledger in PostgreSQL: what SQLite calls OR REPLACE is ON CONFLICT here.</summary>
internal sealed class PostgresLedger(string connectionString) : ILedger
{
    private static readonly string[] s_questions = ["SELECT balance FROM accounts WHERE id = $1", "SELECT email, version FROM profiles WHERE id = $1", "SELECT at, what FROM history WHERE id = $1"];

    private NpgsqlConnection? _connection;

    public void Write(LedgerWrite write)
    {
        // One batch is one transaction (https://www.npgsql.org/doc/basic-usage.html#batching).
        using var batch = new NpgsqlBatch(Connection());
        switch (write)
        {
            case Transfer t:
                // In the order of the accounts: two transfers never wait for one another.
                var (first, second) = t.Payer < t.Payee ? ((t.Payer, -t.Amount), (t.Payee, t.Amount)) : ((t.Payee, t.Amount), (t.Payer, -t.Amount));
                Add(batch, "UPDATE accounts SET balance = balance + $2 WHERE id = $1", first.Item1, first.Item2);
                Add(batch, "UPDATE accounts SET balance = balance + $2 WHERE id = $1", second.Item1, second.Item2);
                Add(batch, "INSERT INTO receipts(ticket, payer, payee, amount) VALUES ($1, $2, $3, $4)", t.Ticket, t.Payer, t.Payee, t.Amount);
                break;
            case PutProfile p:
                Add(batch, "DELETE FROM profiles WHERE email = $2 AND id <> $1", p.Id, p.Email);
                Add(batch, "INSERT INTO profiles VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET email = excluded.email, version = excluded.version", p.Id, p.Email, p.Version);
                break;
            case OpenSession s:
                Add(batch, "INSERT INTO sessions VALUES ($1, $2)", s.Id, s.Token);
                break;
            case CloseSession d:
                Add(batch, "DELETE FROM sessions WHERE id = $1", d.Id);
                break;
            case PutDocument b:
                Add(batch, "INSERT INTO documents VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body", b.Id, b.Body);
                break;
            default:
                throw new InvalidOperationException();
        }
        try
        {
            batch.ExecuteNonQuery();
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
        {
            throw new LedgerRefusedException(fault.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction, fault);
        }
        catch (NpgsqlException)
        {
            Dispose();
            throw;
        }
    }

    public void Read(int question, long key)
    {
        try
        {
            using var command = new NpgsqlCommand(s_questions[question % s_questions.Length], Connection()) { Parameters = { new() { Value = key } } };
            using var reader = command.ExecuteReader();
            while (reader.Read()) { }
        }
        catch (NpgsqlException)
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private NpgsqlConnection Connection()
    {
        if (_connection is { State: System.Data.ConnectionState.Open } open) return open;
        Dispose();
        _connection = new NpgsqlConnection(connectionString);
        _connection.Open();
        return _connection;
    }

    private static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        batch.BatchCommands.Add(command);
    }
}
