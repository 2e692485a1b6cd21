using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;

namespace Godwit.Engine.PersonalData;

/// <summary>What a runbook says of personal data, read.</summary>
public sealed record PersonalDataSettings
{
    public string? Activity { get; init; }

    public string? Controller { get; init; }

    /// <summary>In the order of the runbook.</summary>
    public IReadOnlyList<PersonalColumn> Columns { get; init; } = [];

    /// <summary>Columns that look personal and are not, as schema.table.column.</summary>
    public IReadOnlySet<string> Ignore { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    public ImpactAssessment? Dpia { get; init; }

    public PersonalColumn? Find(string column) => Columns.FirstOrDefault(c => c.Name == column);

    /// <param name="declared">In normal form.</param>
    public static PersonalDataSettings Read(JsonObject declared)
    {
        var columns =
            from table in declared.NamedMaps(PersonalDataShape.TablesKey)
            from column in table.Value
            select Column(Whole(table.Key), column.Key, column.Value!.AsObject(), declared);
        return new PersonalDataSettings
        {
            Activity = declared.TextOrNull("activity"),
            Controller = declared.TextOrNull("controller"),
            Columns = [.. columns],
            Ignore = declared.Texts(PersonalDataShape.IgnoreKey).ToHashSet(StringComparer.Ordinal),
            Dpia = declared.MapOrNull(PersonalDataShape.DpiaKey) is { } dpia ? new ImpactAssessment(dpia.Flag("needed"), dpia.Text("because"), dpia.TextOrNull("document")) : null,
        };
    }

    /// <summary>A table's name with its schema.</summary>
    public static string Whole(string table) => table.Contains('.', StringComparison.Ordinal) ? table : $"public.{table}";

    private static PersonalColumn Column(string table, string column, JsonObject own, JsonObject all) => new(table, column, own.Text("category"))
    {
        Purpose = own.TextOrNull("purpose") ?? all.TextOrNull("purpose"),
        Basis = (own.TextOrNull("basis") ?? all.TextOrNull("basis"))?.Replace('_', ' '),
        Subjects = own.Has("subjects") ? own.Texts("subjects") : all.Texts("subjects"),
        Recipients = own.Has("recipients") ? own.Texts("recipients") : all.Texts("recipients"),
        Retention = own.TextOrNull("retention") ?? all.TextOrNull("retention"),
        Transfers = own.TextOrNull("transfers") ?? all.TextOrNull("transfers"),
    };
}

/// <param name="Table">With its schema.</param>
public sealed record PersonalColumn(string Table, string Column, string Category)
{
    public string Name => $"{Table}.{Column}";

    public string? Purpose { get; init; }

    public string? Basis { get; init; }

    public IReadOnlyList<string> Subjects { get; init; } = [];

    public IReadOnlyList<string> Recipients { get; init; } = [];

    public string? Retention { get; init; }

    public string? Transfers { get; init; }
}

/// <summary>Whether the impact on people has to be assessed (GDPR, article 35).</summary>
/// <param name="Document">Where the assessment is.</param>
public sealed record ImpactAssessment(bool Needed, string Because, string? Document);
