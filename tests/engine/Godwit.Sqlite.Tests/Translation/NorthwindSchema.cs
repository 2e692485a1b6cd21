using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Translation;

namespace Godwit.Sqlite.Tests.Translation;

/// <summary>Northwind's tables with the types that its data suggest, and its views in the order in which they read one another.</summary>
public static class NorthwindSchema
{
    public static SchemaScope Tables(SqliteConnection connection, string schema)
    {
        var relations = new List<TypedRelation>();
        foreach (var name in Strings(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")) relations.Add(Table(connection, name));
        return new SchemaScope(schema, relations);
    }

    public static IReadOnlyList<(string Name, string Sql, IReadOnlyList<string> Columns)> Views(SqliteConnection connection) =>
    [
        .. Strings(connection, "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name NOT IN ('Order Subtotals', 'Order Details Extended', 'Product Sales for 1997'), rowid")
            .Select(name => (name, connection.QueryText("SELECT sql FROM sqlite_schema WHERE name = ?1", name)!, (IReadOnlyList<string>)Strings(connection, "SELECT name FROM pragma_table_xinfo(?1)", name))),
    ];

    private static TypedRelation Table(SqliteConnection connection, string table)
    {
        var columns = new List<TypedColumn>();
        var key = new List<string>();
        using var statement = connection.Prepare("SELECT name, type, pk, \"notnull\" FROM pragma_table_xinfo(?1) ORDER BY cid");
        statement.Bind(table);
        while (statement.Step())
        {
            var (name, declared) = (statement.GetText(0), statement.GetText(1));
            var (type, mapping) = Typed(declared);
            columns.Add(new TypedColumn(name, name, type, mapping, DeclaredType.AffinityOf(declared), Collation: null) { NotNull = statement.GetInteger(3) == 1 });
            if (statement.GetInteger(2) > 0) key.Add(name);
        }
        return new TypedRelation(table, table, columns) { PrimaryKey = key };
    }

    private static (TargetType Type, ValueMapping Mapping) Typed(string declared) => declared switch
    {
        "INTEGER" => (TargetType.Bigint, new ValueMapping(MappingKind.Integer)),
        "NUMERIC" => (TargetType.Numeric, new ValueMapping(MappingKind.Number)),
        "REAL" => (TargetType.DoublePrecision, new ValueMapping(MappingKind.Real)),
        "DATETIME" => (new TargetType(TypeName.Timestamp, Precision: 3), new ValueMapping(MappingKind.TimestampText) { Fraction = FractionForm.Three }),
        "DATE" => (TargetType.Date, new ValueMapping(MappingKind.DateText)),
        "BLOB" => (TargetType.Bytea, new ValueMapping(MappingKind.Blob)),
        _ => (TargetType.Text, new ValueMapping(MappingKind.Text)),
    };

    private static List<string> Strings(SqliteConnection connection, string sql, params ReadOnlySpan<object?> arguments)
    {
        using var statement = connection.Prepare(sql);
        statement.Bind(arguments);
        var values = new List<string>();
        while (statement.Step()) values.Add(statement.GetText(0));
        return values;
    }
}
