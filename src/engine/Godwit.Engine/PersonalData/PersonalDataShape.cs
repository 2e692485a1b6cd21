using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.PersonalData;

/// <summary>What a runbook says of the personal data that it touches: what a record of processing activities asks for (GDPR, article 30). None of it is part of the plan's hash: it says what data is, not what a run does.</summary>
public static class PersonalDataShape
{
    public const string Key = "personal_data";

    internal const string TablesKey = "tables", IgnoreKey = "ignore", DpiaKey = "dpia";

    private const int LongestName = 63;

    private static readonly string[] s_bases = ["consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"];

    private static readonly string[] s_categories =
        ["identity", "contact", "account", "credential", "cardholder", "financial", "location", "device", "behaviour", "communication", "special", "criminal", "other"];

    private static readonly Shape.Text s_line = new(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = 500 };

    private static readonly Field[] s_purposes =
    [
        new("purpose", s_line, "What it is processed for"),
        new("basis", new Shape.Choice(s_bases), "On which of the grounds of article 6"),
        new("subjects", new Shape.List(s_line) { Max = 50 }, "Whose data it is"),
        new("recipients", new Shape.List(s_line) { Max = 50 }, "Who gets it, processors too"),
        new("retention", s_line, "When it is erased"),
        new("transfers", s_line, "To which third countries it goes and on what ground, or that it goes to none"),
    ];

    private static readonly Shape.Map s_column = new(
        [
            new Field("category", new Shape.Choice(s_categories), "What it is: `special` is what article 9 names, `criminal` what article 10 does, `cardholder` a card's number or what stands on its chip or stripe", Required: true),
            .. s_purposes,
        ])
    {
        Short = "category",
        Name = "personal column",
        Description = "A column that holds personal data; what it does not say itself holds as `personal_data` says it",
    };

    public static Shape.Map Shape { get; } = new(
        [
            new Field("activity", s_line, "What the processing is called in the record of processing activities"),
            new Field("controller", s_line, "Who answers for it, and how they are reached"),
            .. s_purposes,
            new Field(DpiaKey, new Shape.Map(
                new Field("needed", new Shape.Flag(), "Whether an assessment of the impact is needed (article 35)", Required: true),
                new Field("because", s_line, "Why, or why not", Required: true),
                new Field("document", s_line, "Where it is, by a name or a number")), "Whether the impact on people has to be assessed"),
            new Field(TablesKey, new Shape.Named(new Shape.Named(s_column) { NamePattern = "^.{1,63}$" }) { NamePattern = "^.{1,130}$" }, "The tables, by their names with their schemas, and their columns that hold personal data; a table without a schema is in public", Required: true),
            new Field(IgnoreKey, new Shape.List(new Shape.Text { MaxLength = 200 }) { Max = 2000 }, "Columns that look personal and are not, as schema.table.column"),
        ])
    {
        Name = "personal data",
        Description = "The personal data that the runbook touches, for the report",
    };

    /// <summary>What is wrong beyond the shape.</summary>
    /// <param name="declared">In normal form.</param>
    /// <param name="at">Where it stands.</param>
    public static IEnumerable<Finding> FindFaults(JsonObject declared, Func<string, Place.InFile?> at)
    {
        var settings = PersonalDataSettings.Read(declared);
        foreach (var (table, _) in declared.NamedMaps(TablesKey))
        {
            var parts = table.Split('.');
            var place = at(JsonPointer.Below("/" + TablesKey, table));
            if (parts.Length > 2 || parts.Any(p => p.Length is 0 or > LongestName))
                yield return Finding.Error(FindingCodes.PersonalDataWrong, $"There can be no table \"{table}\"", place, "Write schema.table, or table where it is in public");
            else if (parts.Length == 2 && (parts[0] is "godwit" or "information_schema" || parts[0].StartsWith("pg_", StringComparison.Ordinal)))
                yield return Finding.Error(FindingCodes.PersonalDataWrong, $"The schema {parts[0]} is not for tables of yours", place, "Name the table that holds the data");
            else if (declared.Map(TablesKey).Count(t => PersonalDataSettings.Whole(t.Key) == PersonalDataSettings.Whole(table)) > 1)
                yield return Finding.Error(FindingCodes.PersonalDataWrong, $"The table {PersonalDataSettings.Whole(table)} is declared twice", place, "Put its columns together");
        }
        foreach (var (i, name) in declared.Texts(IgnoreKey).Index())
        {
            if (name.Split('.').Length != 3) yield return Finding.Error(FindingCodes.PersonalDataWrong, $"\"{name}\" names no column", at($"/{IgnoreKey}/{i}"), "Write schema.table.column");
            else if (settings.Find(name) is not null) yield return Finding.Error(FindingCodes.PersonalDataWrong, $"The column {name} is declared as personal, and as one that is not", at($"/{IgnoreKey}/{i}"), "Leave one of the two out");
        }
        if (settings.Dpia is null && settings.Columns.FirstOrDefault(c => c.Category is "special" or "criminal") is { } special)
        {
            yield return Finding.Warning(
                FindingCodes.PersonalDataWrong, $"The column {special.Name} holds data of articles 9 and 10, and nothing is said of an assessment of its impact", at($"/{TablesKey}"),
                "Say under `dpia` whether one is needed and why");
        }
    }
}
