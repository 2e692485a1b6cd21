using System.Globalization;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Rows that a question found: how many, and the first of them by rowid or key.</summary>
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

    /// <param name="condition">SQLite's SQL over the table. It keeps its own name: words out of the schema may use it.</param>
    public static RowSample Ask(SqliteConnection connection, SourceTable table, string condition)
    {
        var rows = new List<string>();
        var total = 0L;
        using var statement = connection.Prepare(
            $"SELECT {NameOfRow(table)} FROM main.{SqliteName.Quote(table.Name)} WHERE {condition}");
        while (statement.Step())
        {
            if (total++ < Shown) rows.Add(statement.GetText(0));
        }
        return new RowSample(total, rows);
    }

    /// <summary>The rowid, or the key in SQL notation; a table that hides its rowid behind columns has nothing to call a row by.</summary>
    private static string NameOfRow(SourceTable table)
    {
        if (table.RowIdName is { } rowId) return SqliteName.Qualify(table.Name, rowId);
        if (table.PrimaryKey.Count == 0) return "'?'";
        return string.Join(" || ', ' || ", table.PrimaryKey.Select(c => $"quote({SqliteName.Qualify(table.Name, table.Columns[c].Name)})"));
    }
}
