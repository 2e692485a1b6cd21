using System.Text;
using Godwit.Model.Moves;
using Godwit.Sqlite.Transforming;

namespace Godwit.Sqlite.Reading;

/// <summary>The queries that read a table: columns bare, so that SQLite gives storage class and bytes as stored; in the order of row numbers.</summary>
internal static class SelectStatement
{
    /// <summary>Parameters: ?1 the exclusive lower bound, then the inclusive upper bound, each only where the range has it.</summary>
    public static string For(TablePlan table, IReadOnlyList<ColumnPlan> columns, RowIdRange range, bool withRowId) =>
        For(table, [.. columns.Select(TransformSql.Of)], range, withRowId);

    /// <param name="columns">What is read, as SQL.</param>
    /// <param name="condition">What else a row has to meet; null where nothing.</param>
    public static string For(TablePlan table, IReadOnlyList<string> columns, RowIdRange range, bool withRowId, string? condition = null)
    {
        var sql = new StringBuilder("SELECT ");
        sql.AppendJoin(", ", columns);
        if (columns.Count == 0) sql.Append("NULL");
        var rowId = table.HasRowId ? RowIdName(table) : null;
        if (withRowId && rowId is not null) sql.Append(", ").Append(rowId);
        sql.Append(" FROM main.").Append(Quote(table.SourceName));
        var conditions = new List<string>();
        if (rowId is not null && range.After is not null) conditions.Add($"{rowId} > ?{conditions.Count + 1}");
        if (rowId is not null && range.UpTo is not null) conditions.Add($"{rowId} <= ?{conditions.Count + 1}");
        if (condition is not null) conditions.Add(condition);
        if (conditions.Count > 0) sql.Append(" WHERE ").AppendJoin(" AND ", conditions);
        if (rowId is not null)
        {
            sql.Append(" ORDER BY ").Append(rowId);
        }
        else if (table.KeyColumns.Count > 0)
        {
            sql.Append(" ORDER BY ").Append(KeyOrder(table));
        }
        return sql.ToString();
    }

    /// <summary>ORDER BY's terms for a table without rowid.</summary>
    public static string KeyOrder(TablePlan table) => RowOrder.Terms(table.KeyColumns.Select(k => Quote(table.Columns[k].SourceName)), table.KeyOrder);

    public static object?[] Arguments(RowIdRange range) =>
        new object?[] { range.After, range.UpTo }.Where(bound => bound is not null).ToArray();

    /// <summary>The name by which the rowid can be read: a column may have taken the others (https://sqlite.org/lang_createtable.html#rowid).</summary>
    public static string RowIdName(TablePlan table)
    {
        if (table.RowIdColumn is { } alias) return Quote(table.Columns[alias].SourceName);
        foreach (var name in (ReadOnlySpan<string>)["rowid", "_rowid_", "oid"])
        {
            if (!table.Columns.Any(c => string.Equals(c.SourceName, name, StringComparison.OrdinalIgnoreCase))) return name;
        }
        throw new InvalidOperationException($"every name of the rowid of table {table.SourceName} is taken by a column");
    }

    public static string Quote(string identifier) => "\"" + identifier.Replace("\"", "\"\"") + "\"";
}
