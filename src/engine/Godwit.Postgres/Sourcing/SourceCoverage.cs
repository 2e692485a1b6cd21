using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Sourcing.Catalog;
using Godwit.Postgres.Sourcing.Planning;

namespace Godwit.Postgres.Sourcing;

/// <summary>
/// Whether a plan made earlier still speaks of all that the source holds: what it does not name nobody reads, and it was kept where somebody could strike a table from it.
/// </summary>
internal static class SourceCoverage
{
    public static IReadOnlyList<Finding> Compare(SchemaCatalog catalog, MovePlan plan, IReadOnlyCollection<string> leftOut, IReadOnlyDictionary<string, IReadOnlyList<string>>? leftOutColumns = null)
    {
        var findings = new List<Finding>();
        var names = new Renaming(plan.Schema, new Dictionary<string, string>(StringComparer.Ordinal));
        var there = catalog.Tables.Where(t => !t.Extension && t.Kind != "f").ToDictionary(t => t.Name, StringComparer.Ordinal);
        // A table moved beside itself: the copy is no table of the source.
        foreach (var copy in plan.Tables.Where(t => plan.Schema == catalog.Schema && t.TargetName != t.SourceName && plan.Tables.All(o => o.SourceName != t.TargetName))) there.Remove(copy.TargetName);
        foreach (var table in there.Values)
        {
            if (plan.Tables.FirstOrDefault(t => t.SourceName == table.Name) is not { } planned)
            {
                if (!leftOut.Contains(table.Name)) findings.Add(Differs($"The source has a table {table.Name} that was not moved: it is neither among the tables of the move nor among those that are known to be left out.", new Place.InTable(table.Name)));
                continue;
            }
            var columns = table.Columns.Select(c => (c.Name, Type: names.TypeText(catalog, c))).ToList();
            var mayMiss = leftOutColumns?.GetValueOrDefault(planned.SourceName) ?? [];
            findings.AddRange(columns.Where(c => planned.Columns.All(p => p.SourceName != c.Name) && !mayMiss.Contains(c.Name)).Select(c => Differs($"{table.Name} has a column {c.Name} that was not there when it was moved.", new Place.InTable(table.Name, Column: c.Name))));
            findings.AddRange(planned.Columns.Where(p => p.Transform is { } t ? !t.Inputs.All(i => columns.Exists(c => c.Name == i)) : !columns.Contains((p.SourceName, p.Type.Sql))).Select(p => Differs($"{table.Name} no longer has the column {p.SourceName} as it was moved.", new Place.InTable(table.Name, Column: p.SourceName))));
        }
        findings.AddRange(plan.Tables.Where(t => !there.ContainsKey(t.SourceName)).Select(t => Differs($"The source no longer has the table {t.SourceName} that was moved.", new Place.InTable(t.SourceName))));
        return findings;
    }

    private static Finding Differs(string message, Place place) =>
        Finding.Error(FindingCodes.SchemaDiffers, message, place, "The source's schema changed after the move: verify against what was moved, or move again.");
}
