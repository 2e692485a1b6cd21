using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Anonymise;

/// <summary>What a runbook says about anonymised copies. None of it is part of the plan.</summary>
public static class AnonymiseShape
{
    public const string Key = "anonymise";

    private const string KeyKey = "key", TablesKey = "tables", ColumnsKey = "columns", DateKey = "date", IgnoreKey = "ignore";

    private static readonly Shape.Text s_variable = new("[A-Za-z_][A-Za-z0-9_]{0,127}") { Expected = "the name of a variable", MaxLength = 128 };

    private static readonly Shape.Text s_name = new() { MaxLength = 200 };

    private static readonly Shape.Map s_table = new(
        new Field(ColumnsKey, new Shape.Named(new Shape.Choice([.. MaskKinds.Names])) { NamePattern = "^.{1,63}$" }, "Its columns that are masked, and how: `text` keeps format and length, `email` keeps it an address, `digits` changes digits alone, `number` keeps the number of digits, `date` takes another day of the year, `uuid`, `ip`, `json` and `bytes` keep their forms, `null` leaves nothing"),
        new Field(DateKey, s_name, "The column that says how old a row is, for `--days`; a table without one keeps its rows, but for those that refer to rows which go"))
    {
        Name = "anonymised table",
        Description = "What of a table is personal, and how old its rows are",
    };

    public static Shape.Map Shape { get; } = new(
        new Field(KeyKey, new Shape.Map(new Field("env", s_variable, "The variable that holds the key, at least 16 bytes; with `_FILE` after its name, one that holds the path of a file with it", Required: true)) { Short = "env" }, "Under one key the same value is always replaced by the same; without it each copy has a key of its own, which nobody knows"),
        new Field(TablesKey, new Shape.Named(s_table) { NamePattern = "^.{1,200}$" }, "The tables, by their names with their schemas; one without is in public", Required: true),
        new Field(IgnoreKey, new Shape.List(s_name) { Max = 2000 }, "Columns that look personal and are not, as schema.table.column; `large objects` are none either"))
    {
        Name = "anonymised copies",
        Description = "How copies of the data are anonymised",
    };

    public static AnonymiseSettings Read(JsonObject anonymise) => new(
        anonymise.MapOrNull(KeyKey) is { } key ? new ValueFrom(Environment: key.Text("env")) : null,
        anonymise.NamedMaps(TablesKey).ToDictionary(
            t => t.Key.Contains('.', StringComparison.Ordinal) ? t.Key : $"public.{t.Key}", t => new AnonymisedTable(t.Value.NamedTexts(ColumnsKey).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal), t.Value.TextOrNull(DateKey)), StringComparer.Ordinal),
        anonymise.Texts(IgnoreKey).ToHashSet(StringComparer.Ordinal));
}

/// <param name="Key">Where the key is; null is one of its own for each copy.</param>
/// <param name="Tables">By schema.table.</param>
/// <param name="Ignore">Columns that look personal and are not, as schema.table.column.</param>
public sealed record AnonymiseSettings(ValueFrom? Key, IReadOnlyDictionary<string, AnonymisedTable> Tables, IReadOnlySet<string> Ignore)
{
    /// <summary>As <see cref="Ignore"/> names them: no column, and nothing that a mask could be put on.</summary>
    public const string LargeObjects = "large objects";

    public bool KeepsLargeObjects => Ignore.Contains(LargeObjects);
}

/// <param name="Columns">How each is masked.</param>
/// <param name="Date">The column that says how old a row is.</param>
public sealed record AnonymisedTable(IReadOnlyDictionary<string, string> Columns, string? Date);
