using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;

namespace Godwit.Bench.Live;

/// <summary>The ledger in its SQLite file. The connection is as an application's: it knows nothing of a move.</summary>
internal sealed class SqliteLedger(string path) : ILedger
{
    private static readonly string[] s_questions = ["SELECT balance FROM accounts WHERE id = ?1", "SELECT email, version FROM profiles WHERE id = ?1", "SELECT at, what FROM history WHERE id = ?1"];

    private readonly Dictionary<string, SqliteStatement> _prepared = new(StringComparer.Ordinal);

    private SqliteConnection? _connection;

    public void Write(LedgerWrite write)
    {
        try
        {
            Run("BEGIN IMMEDIATE");
            switch (write)
            {
                case Transfer t:
                    Run("UPDATE accounts SET balance = balance - ?2 WHERE id = ?1", t.Payer, t.Amount);
                    Run("UPDATE accounts SET balance = balance + ?2 WHERE id = ?1", t.Payee, t.Amount);
                    Run("INSERT INTO receipts(ticket, payer, payee, amount) VALUES (?1, ?2, ?3, ?4)", t.Ticket, t.Payer, t.Payee, t.Amount);
                    break;
                case PutProfile p:
                    Run("INSERT OR REPLACE INTO profiles VALUES (?1, ?2, ?3)", p.Id, p.Email, p.Version);
                    break;
                case OpenSession s:
                    Run("INSERT INTO sessions VALUES (?1, ?2)", s.Id, s.Token);
                    break;
                case CloseSession d:
                    Run("DELETE FROM sessions WHERE id = ?1", d.Id);
                    break;
                case PutDocument b:
                    Run("INSERT OR REPLACE INTO documents VALUES (?1, ?2)", b.Id, b.Body);
                    break;
                default:
                    throw new InvalidOperationException();
            }
            Run("COMMIT");
        }
        catch (SqliteException fault)
        {
            _connection?.RollBack();
            if (fault.Message == SqliteFence.Message) throw new LedgerRefusedException(moved: true, fault);
            throw;
        }
    }

    public void Read(int question, long key)
    {
        var statement = Prepared(s_questions[question % s_questions.Length]);
        statement.Bind(key);
        try
        {
            while (statement.Step()) { }
        }
        finally
        {
            statement.Reset();
        }
    }

    public void Dispose()
    {
        foreach (var statement in _prepared.Values) statement.Dispose();
        _connection?.Dispose();
    }

    private void Run(string sql, params ReadOnlySpan<object?> arguments)
    {
        var statement = Prepared(sql);
        statement.Bind(arguments);
        try
        {
            while (statement.Step()) { }
        }
        finally
        {
            statement.Reset();
        }
    }

    private SqliteStatement Prepared(string sql) => _prepared.TryGetValue(sql, out var known) ? known : _prepared[sql] = Connection().Prepare(sql);

    /// <summary>Opened when something is first asked of it: a file that cannot be opened is a request that failed, and ends nobody.</summary>
    private SqliteConnection Connection()
    {
        if (_connection is { } open) return open;
        var connection = SqliteConnection.OpenForWriting(path);
        try
        {
            connection.SetBusyTimeout(TimeSpan.FromSeconds(30));
            connection.Execute("PRAGMA synchronous = NORMAL");
            connection.Execute("PRAGMA foreign_keys = ON");
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
        return _connection = connection;
    }
}
