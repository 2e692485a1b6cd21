using Godwit.Model.Findings;

namespace Godwit.Sqlite.Planning;

/// <summary>What a PostgreSQL table cannot hold at all.</summary>
internal static class SizePlanning
{
    /// <summary>https://www.postgresql.org/docs/current/limits.html</summary>
    private const int MaximumColumns = 1600;

    public static void Plan(PlanContext context, TableDraft table)
    {
        if (table.Columns.Count <= MaximumColumns) return;
        context.Findings.Add(Finding.Error(
            FindingCodes.TooManyColumns, $"{table.Name} has {table.Columns.Count} columns; PostgreSQL holds {MaximumColumns}.",
            new Place.InTable(table.Name), "Split the table in the source."));
    }
}
