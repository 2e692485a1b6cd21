using Godwit.Sqlite.Native;
using Godwit.Sqlite.Reading;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Asks a table which of its rows satisfy a condition.</summary>
internal static class RowQuestion
{
    private const int Shown = 10;

    /// <param name="connection">The source.</param>
    /// <param name="table">The table.</param>
    /// <param name="condition">SQLite's SQL over the table. It keeps its own name: words out of the schema may use it.</param>
    /// <param name="leftOut">Numbers of rows that do not count, since they are in quarantine.</param>
    /// <param name="byIndex">False to read the table itself, where an index of it may not be trusted.</param>
    public static RowSample Ask(SqliteConnection connection, SourceTable table, string condition, IReadOnlySet<long>? leftOut = null, bool byIndex = true)
    {
        var from = $"FROM main.{SqliteName.Quote(table.Name)}{(byIndex ? "" : " NOT INDEXED")}";
        return table.RowIdName is { } rowId
            ? ByRowId(connection, $"SELECT {SqliteName.Qualify(table.Name, rowId)} {from} WHERE {condition}", leftOut)
            : ByPlace(connection, table, from, condition, leftOut);
    }

    private static RowSample ByRowId(SqliteConnection connection, string query, IReadOnlySet<long>? leftOut)
    {
        var rows = new List<long>();
        var total = 0L;
        using var statement = connection.Prepare(query);
        while (statement.Step())
        {
            var row = statement.GetInteger(0);
            if (leftOut?.Contains(row) == true) continue;
            if (total++ < Shown) rows.Add(row);
        }
        return new RowSample(total, rows);
    }

    /// <summary>
    /// A key is a value, so a row without rowid goes by its place, the same that profiling and reading count. Few tables have such rows at all: all of
    /// them are stepped through only then.
    /// </summary>
    private static RowSample ByPlace(SqliteConnection connection, SourceTable table, string from, string condition, IReadOnlySet<long>? leftOut)
    {
        var asked = connection.QueryInteger($"SELECT count(*) {from} WHERE {condition}") ?? 0;
        if (asked == 0) return new RowSample(0, []);
        var columns = table.PrimaryKey.Select(c => SqliteName.Qualify(table.Name, table.Columns[c].Name)).ToList();
        var key = columns.Count == 0 ? "NULL" : string.Join(" || ', ' || ", columns.Select(c => $"quote({c})"));
        var order = columns.Count == 0 ? from.EndsWith(" NOT INDEXED", StringComparison.Ordinal) ? "" : "NOT INDEXED" : $"ORDER BY {RowOrder.Terms(columns, RowOrder.Of(table))}";
        var rows = new List<long>();
        var keys = new List<string>();
        using var statement = connection.Prepare($"SELECT {condition}, {key} {from} {order}");
        var total = asked;
        var shown = leftOut is null or { Count: 0 } ? Math.Min(asked, Shown) : asked;
        for (var (place, met) = (1L, 0L); met < shown && statement.Step(); place++)
        {
            if (statement.IsNull(0) || statement.GetInteger(0) == 0) continue;
            met++;
            if (leftOut?.Contains(place) == true)
            {
                total--;
                continue;
            }
            if (rows.Count == Shown) continue;
            rows.Add(place);
            if (columns.Count > 0) keys.Add($"({statement.GetText(1)})");
        }
        var counted = columns.Count == 0 ? " in the order of reading" : $" in the order of key ({string.Join(", ", RowOrder.Names(table))})";
        return new RowSample(total, rows, counted, keys.Count == 0 ? null : string.Join("; ", keys));
    }
}
