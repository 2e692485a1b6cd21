using Godwit.Engine.Mapping;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// What in the schema speaks of values that a transform changes. A bare column in an index or key is carried, since it is about whatever the column holds; a
/// CHECK, a default, an expression, a view's condition says something of the old values, which nobody knows to hold of the new ones: it stops the plan until
/// the mapping file's <c>drop</c> or --accept lets it go.
/// </summary>
internal static class TransformRules
{
    /// <summary>Names of the columns among those named whose values change.</summary>
    public static IReadOnlyList<SourceColumn> Changed(SourceTable table, IEnumerable<string> names) =>
        [.. names.Distinct(SqliteNames.Comparer).Select(table.FindColumn).Where(i => i >= 0).Select(i => table.Columns[i]).Where(c => c.IsChanged)];

    /// <summary>True when it is not carried, which is then said.</summary>
    /// <param name="changed">The columns that it speaks of; none means that it is carried.</param>
    /// <param name="what">The object in a sentence: <c>The default of users.email</c>.</param>
    /// <param name="kind">Of not-moved.sql.</param>
    /// <param name="name">Of not-moved.sql, and for --accept.</param>
    /// <param name="text">As the source has it.</param>
    public static bool Stops(PlanContext context, SourceTable table, IReadOnlyList<SourceColumn> changed, Dependents dependents, string what, string kind, string name, string text, string? instead = null)
    {
        if (changed.Count == 0) return false;
        var columns = string.Join(", ", changed.Select(c => c.Name));
        var why = changed.All(c => c.IsLeftOut) ? "left out" : "transformed";
        var finding = Finding.Error(
            FindingCodes.SpeaksOfRaw, $"{what} speaks of {columns} of {table.Name}, which {(changed.Count == 1 ? "is" : "are")} {why}.{(instead is null ? "" : " " + instead)}",
            new Place.InTable(table.Name, Column: columns), $"`drop: [{MapWords.Of(dependents)}]` of {(changed.Count == 1 ? "the column" : "the columns")} in the mapping file goes without it.", text);
        if (changed.All(c => context.Options.Map.Column(table.Name, c.Name)?.Drop.Contains(dependents) == true))
        {
            var dropped = finding with { Severity = Severity.Warning, Remedy = "The mapping file drops it." };
            context.Findings.Add(dropped);
            context.Findings.LeaveBehind(dropped, kind, name);
            return true;
        }
        _ = context.Findings.AcceptsLoss(finding, kind, name, table.Name);
        return true;
    }
}
