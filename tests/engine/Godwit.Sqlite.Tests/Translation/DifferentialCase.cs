using System.Globalization;
using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Translation;

namespace Godwit.Sqlite.Tests.Translation;

/// <summary>
/// A query for SQLite and its translation. Both give two columns: a key, and a result in a form that compares: <see cref="Canonical"/> for what
/// PostgreSQL prints, <see cref="SqliteRows"/> for what SQLite holds.
/// </summary>
public sealed record DifferentialCase(string Name, string SqliteSql, string PostgresSql, bool IsNumber)
{
    /// <summary>The translation of <c>SELECT id, (expression) AS result FROM cases</c>; its result is cast to text by PostgreSQL.</summary>
    public static DifferentialCase Of(string expression, string schema)
    {
        var scope = new SchemaScope(schema, [CaseTable.Relation]);
        var query = $"SELECT id, ({expression}) AS result FROM cases";
        var (sql, column) = Translate(query, scope);
        // What the target keeps in a type of its own is compared as the text that SQLite holds.
        if (column.Mapping.Kind is not (MappingKind.Integer or MappingKind.Real or MappingKind.Number or MappingKind.NumberAsDouble or MappingKind.Text or MappingKind.Blob))
        {
            query = $"SELECT id, CAST(({expression}) AS TEXT) AS result FROM cases";
            (sql, column) = Translate(query, scope);
        }
        var isNumber = column.Mapping.Kind is MappingKind.Integer or MappingKind.Real or MappingKind.Number or MappingKind.NumberAsDouble;
        return new DifferentialCase(expression, query, $"SELECT \"id\"::text, \"result\"::text FROM ({sql}) AS v ORDER BY \"id\"", isNumber);
    }

    /// <summary>Key and result of every row, as <see cref="Canonical"/> would have them.</summary>
    public IReadOnlyList<(string Key, string? Result)> SqliteRows(SqliteConnection connection)
    {
        using var statement = connection.Prepare(SqliteSql + " ORDER BY 1");
        var rows = new List<(string, string?)>();
        while (statement.Step())
        {
            rows.Add((statement.GetText(0), statement.GetStorageClass(1) switch
            {
                StorageClass.Null => null,
                StorageClass.Integer => Canonical(statement.GetInteger(1).ToString(CultureInfo.InvariantCulture)),
                StorageClass.Real => Canonical(statement.GetReal(1).ToString("R", CultureInfo.InvariantCulture)),
                StorageClass.Blob => "\\x" + Convert.ToHexStringLower(statement.GetBytes(1)),
                _ => statement.GetText(1),
            }));
        }
        return rows;
    }

    /// <summary>1, 1.0 and 1e0 are one number.</summary>
    public string? Canonical(string? printed)
    {
        if (printed is null || !IsNumber) return printed;
        if (long.TryParse(printed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole.ToString(CultureInfo.InvariantCulture);
        var real = double.Parse(printed, NumberStyles.Float, CultureInfo.InvariantCulture);
        return real == Math.Truncate(real) && Math.Abs(real) < 9e18 ? ((long)real).ToString(CultureInfo.InvariantCulture) : real.ToString("R", CultureInfo.InvariantCulture);
    }

    private static (string Sql, TypedColumn Result) Translate(string query, SchemaScope scope)
    {
        var statement = $"CREATE VIEW v AS {query}";
        var parsed = Assert.IsType<ParseResult.Success>(SqlParser.ParseSchemaStatement(statement));
        var translated = ViewTranslator.Translate((CreateView)parsed.Statement, statement, scope, "v");
        if (translated is ViewTranslation.Failure failure) Assert.Fail($"{query}: {string.Join("; ", failure.Obstacles.Select(o => $"{o.Reason} [{o.SourceText}]"))}");
        var success = (ViewTranslation.Success)translated;
        return (success.Plan.Sql, success.Relation.Columns[1]);
    }
}
