using Godwit.Model.Moves;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Profiling;

/// <summary>The one query of a profiling pass.</summary>
internal static class ProfileStatement
{
    private static readonly string[] RowIdNames = ["rowid", "_rowid_", "oid"];

    public static SqliteStatement Prepare(SqliteConnection connection, TableToProfile table, RowIdRange range)
    {
        var rowId = RowIdName(table);
        var columns = table.Columns.Select(c => c.Sql ?? Quote(c.Name));
        if (rowId is not null) columns = columns.Prepend(rowId);
        // The scan stays on the table's own tree, in the order of the rowid or of the key, even where an index covers the columns. For a table
        // WITHOUT ROWID that tree is an index with a name of its own, and NOT INDEXED does not say it.
        var tree = KeyIndex(connection, table) is { } index ? $"INDEXED BY {Quote(index)}" : "NOT INDEXED";
        var sql = $"SELECT {string.Join(", ", columns.DefaultIfEmpty("NULL"))} FROM main.{Quote(table.Name)} {tree}";
        // A rowid that cannot be named orders nothing; its rows are numbered by the key, as a reader does.
        if (rowId is null) return connection.Prepare(sql + (table.HasRowId && table.KeyColumns.Count > 0 ? $" ORDER BY {string.Join(", ", table.KeyColumns.Select(Quote))}" : ""));
        var conditions = new List<string>();
        var bounds = new List<object?>();
        if (range.After is { } after) Add(">", after);
        if (range.UpTo is { } upTo) Add("<=", upTo);
        if (conditions.Count > 0) sql += " WHERE " + string.Join(" AND ", conditions);
        var statement = connection.Prepare($"{sql} ORDER BY {rowId}");
        for (var i = 0; i < bounds.Count; i++) statement.Bind(i + 1, bounds[i]);
        return statement;

        void Add(string comparison, long bound)
        {
            bounds.Add(bound);
            conditions.Add($"{rowId} {comparison} ?{bounds.Count}");
        }
    }

    /// <summary>The least and the greatest rowid, or null for an empty table or one without rowid. Two queries: each looks at one end of the tree only.</summary>
    public static (long Least, long Greatest)? Extremes(SqliteConnection connection, TableToProfile table)
    {
        if (RowIdName(table) is not { } rowId) return null;
        var least = connection.QueryInteger($"SELECT min({rowId}) FROM main.{Quote(table.Name)}");
        var greatest = connection.QueryInteger($"SELECT max({rowId}) FROM main.{Quote(table.Name)}");
        return least is { } l && greatest is { } g ? (l, g) : null;
    }

    /// <summary>The name under which the rowid is reached, or null: a table WITHOUT ROWID, or one whose columns, none of them the rowid itself, take all three names (https://sqlite.org/lang_createtable.html#rowid).</summary>
    public static string? RowIdName(TableToProfile table) =>
        !table.HasRowId ? null
        : Array.Find(RowIdNames, name => !table.AllColumnNames.Contains(name, StringComparer.OrdinalIgnoreCase)) ?? (table.RowIdAlias is { } alias ? Quote(alias) : null);

    private static string? KeyIndex(SqliteConnection connection, TableToProfile table) =>
        table.HasRowId ? null : connection.QueryText("SELECT name FROM pragma_index_list(?1, 'main') WHERE origin = 'pk'", table.Name);

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
