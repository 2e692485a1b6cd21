using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// Whether a plan made earlier still speaks of all that the source holds. What it does not name nobody reads, and so a verification by it would pass over a
/// table or column that came later, or that somebody struck from the plan: it was kept in the target. So the source itself is looked at, always.
/// </summary>
public static class SourceCoverage
{
    /// <param name="leftOut">The tables that may be missing from the plan, as somebody says who is to be believed.</param>
    /// <param name="leftOutColumns">The columns, by table, that may be missing from it, as the same says; null where nobody does.</param>
    public static IReadOnlyList<Finding> Compare(
        SourceSchema source, MovePlan plan, IReadOnlyCollection<string> leftOut, IReadOnlyDictionary<string, IReadOnlyList<string>>? leftOutColumns = null)
    {
        var findings = new List<Finding>();
        foreach (var table in source.Tables)
        {
            if (plan.Tables.FirstOrDefault(t => SqliteNames.Same(t.SourceName, table.Name)) is { } planned)
                findings.AddRange(Columns(table, planned, leftOutColumns?.GetValueOrDefault(planned.SourceName) ?? []));
            else if (!leftOut.Any(name => SqliteNames.Same(name, table.Name)))
                findings.Add(Uncovered(table, plan));
        }
        foreach (var planned in plan.Tables.Where(t => source.FindTable(t.SourceName) is null))
            findings.Add(Differs($"The source no longer has the table {planned.SourceName} that was moved.", new Place.InTable(planned.SourceName)));
        return findings;
    }

    private static IEnumerable<Finding> Columns(SourceTable table, TablePlan planned, IReadOnlyList<string> leftOut)
    {
        foreach (var column in table.Columns.Where(c => !c.IsGenerated && !planned.Columns.Any(p => SqliteNames.Same(p.SourceName, c.Name)) && !leftOut.Contains(c.Name, SqliteNames.Comparer)))
            yield return planned.LeftOutColumns?.Contains(column.Name, SqliteNames.Comparer) == true ? OnlySaidThere(table, column) : Differs($"{table.Name} has a column {column.Name} that was not there when it was moved.", new Place.InTable(table.Name, Column: column.Name));
        foreach (var column in planned.Columns.SelectMany(p => p.Transform?.Inputs ?? [p.SourceName]).Distinct(SqliteNames.Comparer).Where(name => table.FindColumn(name) < 0))
            yield return Differs($"{table.Name} no longer has the column {column} that was moved.", new Place.InTable(table.Name, Column: column));
        if (planned.HasRowId != (table.RowIdName is not null))
            yield return Differs($"{table.Name} was made anew, {(table.WithoutRowId ? "without" : "with")} rowid, since it was moved.", new Place.InTable(table.Name));
    }

    private static Finding OnlySaidThere(SourceTable table, SourceColumn column) => Finding.Error(
        FindingCodes.SchemaDiffers,
        $"{table.Name} has a column {column.Name} that only the target's own records call left out.",
        new Place.InTable(table.Name, Column: column.Name),
        "Name the move's certificate with --certificate, its signer's key being in known-signers/ of GODWIT_HOME: what the target says of itself is no proof.");

    private static Finding Uncovered(SourceTable table, MovePlan plan)
    {
        if (plan.LeftOut is not { } claimed || !claimed.Any(name => SqliteNames.Same(name, table.Name)))
            return Differs($"The source has a table {table.Name} that was not moved: it is neither among the tables of the move nor among those left out.", new Place.InTable(table.Name));
        return Finding.Error(
            FindingCodes.SchemaDiffers,
            $"The source has a table {table.Name} that only the target's own records call left out.",
            new Place.InTable(table.Name),
            "Name the move's certificate with --certificate, its signer's key being in known-signers/ of GODWIT_HOME: what the target says of itself is no proof.");
    }

    private static Finding Differs(string message, Place place) =>
        Finding.Error(FindingCodes.SchemaDiffers, message, place, "The source's schema changed after the move: verify against the file that was moved, or move again.");
}
