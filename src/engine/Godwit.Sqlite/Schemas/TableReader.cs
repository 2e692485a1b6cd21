using System.Runtime.InteropServices;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Schemas;

internal static unsafe class TableReader
{
    private static readonly string[] RowIdNames = ["rowid", "_rowid_", "oid"];

    public static SourceTable Read(SqliteConnection connection, SchemaEntry entry, IReadOnlyDictionary<string, string?> indexStatements, TableKind kind, long? sequence)
    {
        var columns = ReadColumns(connection, entry.Name);
        var indexes = IndexReader.Read(connection, entry.Name, columns, indexStatements);
        var primaryKey = columns.Select((column, index) => (column.KeyPosition, index)).Where(c => c.KeyPosition > 0)
            .OrderBy(c => c.KeyPosition).Select(c => c.index).ToList();
        // Only a key that is the rowid has no index of its own; INTEGER PRIMARY KEY DESC, an old mistake that SQLite keeps, has one.
        var alias = primaryKey.Count == 1 && !kind.WithoutRowId && !indexes.Exists(i => i.Origin == IndexOrigin.PrimaryKey) ? primaryKey[0] : (int?)null;
        return new SourceTable
        {
            Name = entry.Name,
            Sql = entry.Sql ?? "",
            Columns = columns,
            WithoutRowId = kind.WithoutRowId,
            Strict = kind.Strict,
            AutoIncrement = alias is { } a && ReadMetadata(connection, entry.Name, columns[a].Name).AutoIncrement,
            RowIdAlias = alias,
            RowIdName = kind.WithoutRowId ? null : FindRowIdName(columns, alias),
            PrimaryKey = primaryKey,
            Indexes = indexes,
            ForeignKeys = ForeignKeyReader.Read(connection, entry.Name, columns),
            Sequence = sequence,
        };
    }

    private static List<SourceColumn> ReadColumns(SqliteConnection connection, string table)
    {
        var columns = new List<SourceColumn>();
        using var statement = connection.Prepare($"PRAGMA main.table_xinfo({SqliteName.Quote(table)})");
        while (statement.Step())
        {
            var name = statement.GetText(1);
            var generation = statement.GetInteger(6) switch { 2 => ColumnGeneration.Virtual, 3 => ColumnGeneration.Stored, _ => ColumnGeneration.None };
            columns.Add(new SourceColumn(
                name, statement.GetText(2), statement.GetInteger(3) != 0, statement.IsNull(4) ? null : statement.GetText(4),
                (int)statement.GetInteger(5), generation, ReadMetadata(connection, table, name).Collation));
        }
        return columns;
    }

    private static (string Collation, bool AutoIncrement) ReadMetadata(SqliteConnection connection, string table, string column)
    {
        byte* type, collation;
        int notNull, inPrimaryKey, autoIncrement;
        var code = SqliteApi.ColumnMetadata(connection.Handle, "main", table, column, &type, &collation, &notNull, &inPrimaryKey, &autoIncrement);
        if (code != SqliteApi.Ok) throw connection.Fault(code);
        return (CollationName(Marshal.PtrToStringUTF8((nint)collation) ?? "BINARY"), autoIncrement != 0);
    }

    /// <summary>SQLite's three collations in capitals, whatever the statement wrote; others as they are.</summary>
    internal static string CollationName(string name) => name.ToUpperInvariant() is "BINARY" or "NOCASE" or "RTRIM" ? name.ToUpperInvariant() : name;

    private static string? FindRowIdName(List<SourceColumn> columns, int? alias) =>
        RowIdNames.FirstOrDefault(name => !columns.Exists(c => SqliteNames.Same(c.Name, name))) ?? (alias is { } a ? columns[a].Name : null);
}
