using Godwit.Model.Values;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Translation;

/// <summary>Lets SQLite itself work out what has only constants: nobody else knows its rules better.</summary>
internal sealed class ConstantFolding : IDisposable
{
    private SqliteConnection? _connection;

    /// <summary>A constant as an affinity makes it (https://sqlite.org/datatype3.html section 3).</summary>
    public object? Apply(Affinity affinity, object? constant)
    {
        var type = affinity switch
        {
            Affinity.Text => "TEXT",
            Affinity.Numeric => "NUMERIC",
            Affinity.Integer => "INTEGER",
            Affinity.Real => "REAL",
            _ => null,
        };
        if (type is null || constant is null or byte[]) return constant;
        // A column does what CAST does not: a text that is no number stays a text.
        Connection.Execute("DELETE FROM temp.assigned");
        Connection.Execute($"INSERT INTO temp.assigned(\"{type}\") VALUES (?1)", constant);
        return Evaluate($"(SELECT \"{type}\" FROM temp.assigned)");
    }

    /// <summary>The value of an expression over parameters; a fault of SQLite comes out as it is.</summary>
    public object? Evaluate(string expression, params ReadOnlySpan<object?> arguments)
    {
        using var statement = Connection.Prepare($"SELECT {expression}");
        statement.Bind(arguments);
        statement.Step();
        return statement.GetStorageClass(0) switch
        {
            StorageClass.Integer => statement.GetInteger(0),
            StorageClass.Real => statement.GetReal(0),
            StorageClass.Text => statement.GetText(0),
            StorageClass.Blob => statement.GetBytes(0).ToArray(),
            _ => null,
        };
    }

    private SqliteConnection Connection
    {
        get
        {
            if (_connection is not null) return _connection;
            _connection = SqliteConnection.OpenInMemory();
            _connection.Execute("CREATE TEMP TABLE assigned(\"TEXT\" TEXT, \"NUMERIC\" NUMERIC, \"INTEGER\" INTEGER, \"REAL\" REAL)");
            return _connection;
        }
    }

    public void Dispose() => _connection?.Dispose();
}
