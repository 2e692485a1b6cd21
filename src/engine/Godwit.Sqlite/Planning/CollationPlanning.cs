using Godwit.Model.Findings;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// Columns whose values SQLite compares otherwise than byte by byte. Keys and indexes keep that; what queries compare, PostgreSQL compares exactly.
/// </summary>
internal static class CollationPlanning
{
    public static void Plan(PlanContext context, TableDraft table)
    {
        foreach (var column in table.Columns.Where(c => c.Type.IsText && c.Source.Collation != "BINARY"))
        {
            var quoted = column.TargetName;
            var (how, remedy) = column.Source.Collation switch
            {
                "NOCASE" => ("without case (NOCASE)", $"Queries that rely on it must compare lower({quoted})."),
                "RTRIM" => ("without spaces at the end (RTRIM)", $"Queries that rely on it must compare rtrim({quoted})."),
                var own => ($"by the application's own collation {own}", "Queries that rely on it must be written anew."),
            };
            context.Findings.Add(Finding.Warning(
                FindingCodes.CaseInsensitiveText,
                $"SQLite compares {table.Name}.{column.Source.Name} {how}; PostgreSQL compares it exactly. Uniqueness is kept as it was by an index.",
                new Place.InTable(table.Name, Column: column.Source.Name), remedy));
        }
    }
}
