using Godwit.Engine.Certificates;
using Godwit.Engine.Moves;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Planning;
using Spectre.Console;

namespace Godwit.Cli.Move;

/// <summary>Seconds by phase: on the clock, and of this process on the processors.</summary>
internal sealed record PhaseSeconds(IReadOnlyDictionary<string, double> Elapsed, IReadOnlyDictionary<string, double> Processor)
{
    public static readonly PhaseSeconds None = new(new Dictionary<string, double>(), new Dictionary<string, double>());
}

/// <summary>What a person reads at the end, and the parts of the JSON document that say the same.</summary>
internal static class MoveReport
{
    private const int MostNotable = 20;

    public static IReadOnlyList<TableDocument> Tables(MovePlan plan, MoveVerification? verification = null) =>
    [
        .. plan.Tables.Select(table =>
        {
            var verified = verification?.Tables.FirstOrDefault(t => t.Table.SourceName == table.SourceName);
            return new TableDocument
            {
                Source = table.SourceName,
                Target = table.TargetName,
                Rows = verified?.Target.Total.Count ?? table.Rows,
                Quarantined = verified?.Source.Quarantined ?? 0,
                Ranges = verified?.Ranges.Count ?? table.Ranges.Count,
                Hash = verified is null ? null : CertificateDigest.From(verified.Target.Total),
                Verified = verified?.Agrees,
                Seconds = verified is null ? null : Math.Round(verified.Elapsed.TotalSeconds, 3),
                Columns = Columns(table.Columns),
            };
        }),
    ];

    public static IReadOnlyList<NotMovedDocument> NotMoved(IReadOnlyList<NotMoved> entries) =>
        [.. entries.Select(n => new NotMovedDocument(n.Kind, n.Name, n.Code.Id, n.Reason))];

    /// <summary>Wall and processor seconds of each phase.</summary>
    public static PhaseSeconds Phases(MoveProgress progress)
    {
        progress.End();
        return new PhaseSeconds(Seconds(progress, c => c.Elapsed), Seconds(progress, c => c.Processor));
    }

    private static Dictionary<string, double> Seconds(MoveProgress progress, Func<PhaseCost, TimeSpan> of) =>
        progress.Costs.ToDictionary(p => p.Key.ToString().ToLowerInvariant(), p => Math.Round(of(p.Value).TotalSeconds, 3), StringComparer.Ordinal);

    /// <summary>A number of things, in the singular for one.</summary>
    public static string Count(long number, string thing) => $"{number:N0} {thing}{(number == 1 ? "" : "s")}";

    /// <summary>What agrees, in a clause.</summary>
    public static string Summary(MovePlan plan, MoveVerification verification)
    {
        var quarantined = verification.Tables.Sum(t => t.Source.Quarantined);
        return $"{Count(verification.Tables.Sum(t => t.Target.Total.Count), "row")} in {Count(plan.Tables.Count, "table")}, 0 mismatches{(quarantined == 0 ? "" : $", {Count(quarantined, "row")} in quarantine")}";
    }

    /// <summary>The same before there is a plan.</summary>
    public static IReadOnlyList<TableDocument> Tables(IReadOnlyList<TableChoices> choices) =>
        [.. choices.Select(t => new TableDocument { Source = t.SourceName, Target = t.TargetName, Rows = t.Rows, Columns = Columns(t.Columns) })];

    private static IReadOnlyList<ColumnDocument> Columns(IReadOnlyList<ColumnPlan> columns) =>
        [.. columns.Select(c => new ColumnDocument(c.SourceName, c.TargetName, c.DeclaredType, c.Type.Sql, c.Reason)
        { Transform = c.Transform is { } t ? new TransformDocument(t.Kind, t.Inputs, t.Parameters) : null })];

    /// <summary>The types chosen, column by column, with the reasons.</summary>
    public static void PrintChoices(IAnsiConsole console, IReadOnlyList<TableChoices> choices, IReadOnlyList<Finding> findings)
    {
        var doubtful = findings.Where(f => f.Severity == Severity.Error).Select(f => f.Place).OfType<Place.InTable>().Where(p => p.Column is not null)
            .ToLookup(p => (p.Table, p.Column));
        foreach (var table in choices)
        {
            console.MarkupLineInterpolated($"[bold]{table.SourceName}[/]  {Count(table.Rows, "row")}{(table.TargetName == table.SourceName ? "" : $", as {table.TargetName}")}");
            var width = table.Columns.Max(c => c.SourceName.Length);
            var types = table.Columns.Max(c => c.Type.Sql.Length);
            foreach (var column in table.Columns)
                console.MarkupLineInterpolated($"  {column.SourceName.PadRight(width)}  [cyan]{column.Type.Sql.PadRight(types)}[/]  [grey]{column.Reason}[/]{(doubtful.Contains((table.SourceName, column.SourceName)) ? " - see the error below" : "")}");
        }
    }

    /// <summary>Of the types chosen only those that a reader of the declarations would not expect; <c>godwit profile</c> shows all.</summary>
    public static void PrintNotableChoices(IAnsiConsole console, MovePlan plan)
    {
        var notable = plan.Tables.SelectMany(t => t.Columns.Select(c => (Table: t, Column: c)))
            .Where(x => x.Column.Transform is not null || x.Column.Mapping.Kind is not (MappingKind.Integer or MappingKind.Real or MappingKind.Text or MappingKind.Blob or MappingKind.Verbatim)).ToList();
        if (notable.Count == 0) return;
        foreach (var (table, column) in notable.Take(MostNotable))
            console.MarkupLineInterpolated($"[grey]type[/]    {table.SourceName}.{column.SourceName}: [cyan]{column.Type.Sql}[/] [grey]{column.Reason}[/]");
        console.MarkupLineInterpolated($"[grey]{(notable.Count > MostNotable ? $"        and {notable.Count - MostNotable} more; " : "        ")}`godwit profile` shows every column's type and why[/]");
    }

    public static void PrintVerification(IAnsiConsole console, MoveVerification verification)
    {
        var width = verification.Tables.Select(t => t.Table.SourceName.Length).DefaultIfEmpty(0).Max();
        foreach (var table in verification.Tables)
        {
            var state = table.Agrees ? "[green]equal[/] " : "[red]DIFFERS[/]";
            var quarantined = table.Source.Quarantined == 0 ? "" : $", {table.Source.Quarantined:N0} in quarantine";
            console.MarkupLine($"  {Markup.Escape(table.Table.SourceName.PadRight(width))}  {state}  {table.Target.Total.Count,12:N0} {(table.Target.Total.Count == 1 ? "row" : "rows")}{quarantined}");
        }
        foreach (var check in verification.Checks)
            console.MarkupLine($"  {(check.Passed ? "[green]passed[/] " : "[red]FAILED[/]  ")} {Markup.Escape(check.Name)}: {Markup.Escape(CheckText.Of(check))}");
    }
}
