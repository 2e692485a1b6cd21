using Godwit.Sqlite.Native;

namespace Godwit.Cli.Sample.LearningSol;

/// <summary>Inserts rows into one table through one prepared statement.</summary>
internal sealed class TableWriter : IDisposable
{
    private readonly SqliteStatement _insert;

    public TableWriter(SqliteConnection connection, string table, params string[] columns) =>
        _insert = connection.Prepare(
            $"INSERT INTO \"{table}\" ({string.Join(", ", columns.Select(c => $"\"{c}\""))}) VALUES ({string.Join(", ", columns.Select((_, i) => $"?{i + 1}"))})");

    /// <summary>One value a column. A <see cref="RawText"/> is stored as TEXT whatever its bytes are.</summary>
    public void Add(params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is RawText raw) _ = _insert.BindText(i + 1, raw.Bytes);
            else _insert.Bind(i + 1, values[i]);
        }

        _insert.Step();
        _insert.Reset();
    }

    public void Dispose() => _insert.Dispose();
}

/// <summary>Bytes that SQLite is told are text.</summary>
internal sealed record RawText(byte[] Bytes);
