using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Asks a table which of its rows satisfy a condition.</summary>
internal static class RowQuestion
{
    private const int Shown = 10;

    /// <param name="condition">SQLite's SQL over the table. It keeps its own name: words out of the schema may use it.</param>
    public static RowSample Ask(SqliteConnection connection, SourceTable table, string condition)
    {
        var from = $"FROM main.{SqliteName.Quote(table.Name)}";
        return table.RowIdName is { } rowId
            ? ByRowId(connection, $"SELECT {SqliteName.Qualify(table.Name, rowId)} {from} WHERE {condition}")
            : ByPlace(connection, table, from, condition);
    }

    private static RowSample ByRowId(SqliteConnection connection, string query)
    {
        var rows = new List<long>();
        var total = 0L;
        using var statement = connection.Prepare(query);
        while (statement.Step())
        {
            if (total++ < Shown) rows.Add(statement.GetInteger(0));
        }
        return new RowSample(total, rows);
    }

    /// <summary>
    /// A key is a value, so a row without rowid goes by its place, the same that profiling and reading count. Few tables have such rows at all: all of
    /// them are stepped through only then.
    /// </summary>
    private static RowSample ByPlace(SqliteConnection connection, SourceTable table, string from, string condition)
    {
        var total = connection.QueryInteger($"SELECT count(*) {from} WHERE {condition}") ?? 0;
        if (total == 0) return new RowSample(0, []);
        var columns = table.PrimaryKey.Select(c => SqliteName.Qualify(table.Name, table.Columns[c].Name)).ToList();
        var key = columns.Count == 0 ? "NULL" : string.Join(" || ', ' || ", columns.Select(c => $"quote({c})"));
        var order = columns.Count == 0 ? "NOT INDEXED" : $"ORDER BY {string.Join(", ", columns)}";
        var rows = new List<long>();
        var keys = new List<string>();
        using var statement = connection.Prepare($"SELECT {condition}, {key} {from} {order}");
        for (var place = 1L; rows.Count < Math.Min(total, Shown) && statement.Step(); place++)
        {
            if (statement.IsNull(0) || statement.GetInteger(0) == 0) continue;
            rows.Add(place);
            if (columns.Count > 0) keys.Add($"({statement.GetText(1)})");
        }
        var counted = columns.Count == 0 ? " in the order of reading" : $" in the order of key ({string.Join(", ", table.PrimaryKey.Select(c => table.Columns[c].Name))})";
        return new RowSample(total, rows, counted, keys.Count == 0 ? null : string.Join("; ", keys));
    }
}
