using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// Whether a plan made earlier still speaks of all that the source holds. What it does not name nobody reads, and so a verification by it would pass over a
/// table or column that came later.
/// </summary>
public static class SourceCoverage
{
    /// <param name="selected">The tables the move was limited to; empty for all.</param>
    public static IReadOnlyList<Finding> Compare(SourceSchema source, MovePlan plan, IReadOnlyCollection<string> selected)
    {
        if (source.Hash == plan.SourceSchemaHash) return [];
        var findings = new List<Finding>();
        foreach (var table in source.Tables)
        {
            if (plan.Tables.FirstOrDefault(t => SqliteNames.Same(t.SourceName, table.Name)) is { } planned)
                findings.AddRange(Columns(table, planned));
            else if (selected.Count == 0 || selected.Any(name => SqliteNames.Same(name, table.Name)))
                findings.Add(Differs($"The source has a table {table.Name} that was not there when it was moved.", new Place.InTable(table.Name)));
        }
        foreach (var planned in plan.Tables.Where(t => source.FindTable(t.SourceName) is null))
            findings.Add(Differs($"The source no longer has the table {planned.SourceName} that was moved.", new Place.InTable(planned.SourceName)));
        return findings;
    }

    private static IEnumerable<Finding> Columns(SourceTable table, TablePlan planned)
    {
        foreach (var column in table.Columns.Where(c => !c.IsGenerated && !planned.Columns.Any(p => SqliteNames.Same(p.SourceName, c.Name))))
            yield return Differs($"{table.Name} has a column {column.Name} that was not there when it was moved.", new Place.InTable(table.Name, Column: column.Name));
        foreach (var column in planned.Columns.Where(p => table.FindColumn(p.SourceName) < 0))
            yield return Differs($"{table.Name} no longer has the column {column.SourceName} that was moved.", new Place.InTable(table.Name, Column: column.SourceName));
        if (planned.HasRowId == table.WithoutRowId)
            yield return Differs($"{table.Name} was made anew, {(table.WithoutRowId ? "without" : "with")} rowid, since it was moved.", new Place.InTable(table.Name));
    }

    private static Finding Differs(string message, Place place) =>
        Finding.Error(FindingCodes.SchemaDiffers, message, place, "The source's schema changed after the move: verify against the file that was moved, or move again.");
}
