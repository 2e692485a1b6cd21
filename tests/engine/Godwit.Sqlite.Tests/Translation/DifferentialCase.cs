using System.Globalization;
using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Translation;

namespace Godwit.Sqlite.Tests.Translation;

/// <summary>
/// A query for SQLite and its translation for PostgreSQL, over the rows of <see cref="CaseTable"/>. PostgreSQL prints every column as text;
/// <see cref="Canonical"/> makes that comparable with <see cref="SqliteRows"/>.
/// </summary>
/// <param name="Numbers">For each column, whether it holds numbers: 1, 1.0 and 1e0 are then one.</param>
/// <param name="IsOrdered">Whether the order of the rows counts too.</param>
public sealed record DifferentialCase(string Name, string SqliteSql, string PostgresSql, IReadOnlyList<bool> Numbers, bool IsOrdered)
{
    /// <summary>Everything that a journey should hold against a server.</summary>
    public static IEnumerable<DifferentialCase> All(string schema) =>
        [.. ExpressionCases.All.Select(e => OfExpression(e, schema)), .. QueryCases.All.Select(q => OfQuery(q, schema))];

    /// <summary><c>SELECT id, (expression) AS result FROM cases ORDER BY id</c></summary>
    public static DifferentialCase OfExpression(string expression, string schema)
    {
        var query = $"SELECT id, ({expression}) AS result FROM cases";
        // What the target keeps in a type of its own is compared as the text that SQLite holds.
        var column = Translate(query, new SchemaScope(schema, [CaseTable.Relation])).Relation.Columns[1];
        if (!IsPlain(column)) query = $"SELECT id, CAST(({expression}) AS TEXT) AS result FROM cases";
        return OfQuery(query + " ORDER BY id", schema) with { Name = expression };
    }

    public static DifferentialCase OfQuery(string query, string schema)
    {
        var translated = Translate(query, new SchemaScope(schema, [CaseTable.Relation]));
        var columns = translated.Relation.Columns;
        Assert.All(columns, c => Assert.True(IsPlain(c), $"{c.SourceName} of {query} should be cast to text"));
        var shown = string.Join(", ", columns.Select(c => $"v.\"{c.TargetName.Replace("\"", "\"\"")}\"::text"));
        var isOrdered = query.Contains("ORDER BY id", StringComparison.Ordinal) || query.Contains("ORDER BY 1", StringComparison.Ordinal);
        return new DifferentialCase(query, query, $"SELECT {shown} FROM ({translated.Plan.Sql}) AS v", [.. columns.Select(IsNumber)], isOrdered);
    }

    /// <summary>SQLite's rows, as <see cref="Canonical"/> would have them.</summary>
    public IReadOnlyList<IReadOnlyList<string?>> SqliteRows(SqliteConnection connection)
    {
        using var statement = connection.Prepare(SqliteSql);
        var rows = new List<IReadOnlyList<string?>>();
        while (statement.Step()) rows.Add([.. Enumerable.Range(0, statement.ColumnCount).Select(i => Printed(statement, i))]);
        return Sorted(rows);
    }

    /// <summary>PostgreSQL's rows, each column as it prints it.</summary>
    public IReadOnlyList<IReadOnlyList<string?>> Canonical(IEnumerable<IReadOnlyList<string?>> printed) =>
        Sorted([.. printed.Select(row => (IReadOnlyList<string?>)[.. row.Select((text, i) => Numbers[i] ? Number(text) : text)])]);

    private List<IReadOnlyList<string?>> Sorted(List<IReadOnlyList<string?>> rows) =>
        IsOrdered ? rows : [.. rows.OrderBy(r => string.Join('\u0001', r.Select(t => t ?? "\u0002")), StringComparer.Ordinal)];

    private static string? Printed(SqliteStatement statement, int column) => statement.GetStorageClass(column) switch
    {
        StorageClass.Null => null,
        StorageClass.Integer => Number(statement.GetInteger(column).ToString(CultureInfo.InvariantCulture)),
        StorageClass.Real => Number(statement.GetReal(column).ToString("R", CultureInfo.InvariantCulture)),
        StorageClass.Blob => "\\x" + Convert.ToHexStringLower(statement.GetBytes(column)),
        _ => statement.GetText(column),
    };

    private static string? Number(string? printed)
    {
        if (printed is null) return null;
        // Also -0, which a double can be and an integer cannot.
        if (long.TryParse(printed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole.ToString(CultureInfo.InvariantCulture);
        var real = double.Parse(printed, NumberStyles.Float, CultureInfo.InvariantCulture);
        return real == Math.Truncate(real) && Math.Abs(real) < 9e18 ? ((long)real).ToString(CultureInfo.InvariantCulture) : real.ToString("R", CultureInfo.InvariantCulture);
    }

    private static bool IsNumber(TypedColumn column) => column.Mapping.Kind is MappingKind.Integer or MappingKind.Real or MappingKind.Number or MappingKind.NumberAsDouble;

    private static bool IsPlain(TypedColumn column) => IsNumber(column) || column.Mapping.Kind is MappingKind.Text or MappingKind.Blob;

    private static ViewTranslation.Success Translate(string query, SchemaScope scope)
    {
        var statement = $"CREATE VIEW v AS {query}";
        var parsed = Assert.IsType<ParseResult.Success>(SqlParser.ParseSchemaStatement(statement));
        var translated = ViewTranslator.Translate((CreateView)parsed.Statement, statement, scope, "v");
        if (translated is ViewTranslation.Failure failure) Assert.Fail($"{query}: {string.Join("; ", failure.Obstacles.Select(o => $"{o.Reason} [{o.SourceText}]"))}");
        return (ViewTranslation.Success)translated;
    }
}
