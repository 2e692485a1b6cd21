using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;

namespace Godwit.Cli.Demo.Learning;

/// <summary>The SQLite file, as an application opens it that knows nothing of a move.</summary>
internal sealed class OldStore(string path) : ILearningStore
{
    private readonly Dictionary<string, SqliteStatement> _prepared = new(StringComparer.Ordinal);

    private SqliteConnection? _connection;

    public bool Write(IReadOnlyList<Statement> statements)
    {
        try
        {
            Run("BEGIN IMMEDIATE");
            foreach (var statement in statements) Run(statement.Old, statement.Values);
            Run("COMMIT");
            return true;
        }
        catch (SqliteException fault)
        {
            _connection?.RollBack();
            if (fault.Message == SqliteFence.Message) return false;
            throw;
        }
    }

    public void Read(Statement question) => Run(question.Old, question.Values);

    public void Dispose()
    {
        foreach (var statement in _prepared.Values) statement.Dispose();
        _connection?.Dispose();
    }

    private void Run(string sql, params ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var statement)) _prepared[sql] = statement = Connection().Prepare(sql);
        statement.Bind(values);
        try
        {
            while (statement.Step()) { }
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Opened when something is first asked of it: a file that cannot be opened is a request that failed.</summary>
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
