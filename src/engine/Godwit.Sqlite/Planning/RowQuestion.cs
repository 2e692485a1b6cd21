using System.Globalization;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Rows that a question found: how many, and the first of them by rowid or place in the key's order.</summary>
internal sealed record RowSample(long Total, IReadOnlyList<string> Rows)
{
    /// <summary>The rows' names for a finding's place; null when there are none.</summary>
    public string? Names => Rows.Count == 0 ? null : string.Join(", ", Rows) + (Total > Rows.Count ? ", …" : "");

    public string Count => Total == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{Total:N0} rows");
}

/// <summary>Asks a table which of its rows satisfy a condition.</summary>
internal static class RowQuestion
{
    private const int Shown = 10;

    /// <summary>No table's name begins so (https://sqlite.org/lang_createtable.html).</summary>
    private const string OtherRow = "sqlite_other";

    /// <param name="condition">SQLite's SQL over the table. It keeps its own name: words out of the schema may use it.</param>
    public static RowSample Ask(SqliteConnection connection, SourceTable table, string condition)
    {
        var rows = new List<string>();
        var total = 0L;
        var rowId = table.RowIdName is { } name ? SqliteName.Qualify(table.Name, name) : null;
        using var statement = connection.Prepare($"SELECT {rowId ?? "'?'"} FROM main.{SqliteName.Quote(table.Name)} WHERE {condition}");
        while (statement.Step())
        {
            if (total++ < Shown) rows.Add(statement.GetText(0));
        }
        return new RowSample(total, total > 0 && rowId is null && table.PrimaryKey.Count > 0 ? Ordinals(connection, table, condition) : rows);
    }

    /// <summary>
    /// Rows without a rowid are called by their place in the order of the key: the key itself is a value, often a person's, and has no place in a message.
    /// Asked for the shown rows only, since each asks for all rows before it.
    /// </summary>
    private static List<string> Ordinals(SqliteConnection connection, SourceTable table, string condition)
    {
        var key = table.PrimaryKey.Select(c => SqliteName.Quote(table.Columns[c].Name)).ToList();
        var before = string.Join(", ", key.Select(k => $"{OtherRow}.{k}"));
        var own = string.Join(", ", key.Select(k => $"{SqliteName.Quote(table.Name)}.{k}"));
        var source = $"main.{SqliteName.Quote(table.Name)}";
        using var statement = connection.Prepare(
            $"SELECT (SELECT count(*) FROM {source} AS {OtherRow} WHERE ({before}) <= ({own})) FROM {source} WHERE {condition} LIMIT {Shown}");
        var ordinals = new List<long>();
        while (statement.Step()) ordinals.Add(statement.GetInteger(0));
        return [.. ordinals.Order().Select(o => string.Create(CultureInfo.InvariantCulture, $"number {o} in key order"))];
    }
}
