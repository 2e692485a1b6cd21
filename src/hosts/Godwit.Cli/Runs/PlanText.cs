using System.Globalization;
using System.Text;

namespace Godwit.Cli.Runs;

/// <summary>A plan in Markdown: what goes into a change request.</summary>
internal static class PlanText
{
    public static string Markdown(PlanDocument plan)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Plan of {plan.Runbook}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Hash: `{plan.Hash}`").AppendLine();
        foreach (var (name, value) in plan.Parameters) text.AppendLine(CultureInfo.InvariantCulture, $"- {name}: `{value}`");
        if (plan.Parameters.Count > 0) text.AppendLine();
        foreach (var phase in plan.Phases)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"## {phase.Phase}").AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"Deadline {phase.Deadline}. Way back: rung {phase.Rung}, {phase.Rollback}{Times(phase)}.").AppendLine();
            foreach (var gate in phase.Gates) text.AppendLine(CultureInfo.InvariantCulture, $"- gate `{gate.Id}` ({gate.Kind}){Title(gate.Title)}");
            if (phase.Gates.Count > 0) text.AppendLine();
            text.AppendLine("| step | kind | | undone by | last time |").AppendLine("|---|---|---|---|---:|");
            foreach (var step in phase.Steps)
            {
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"| {step.Id} | {step.Kind} | {Cell(step.Title ?? "")} | {Cell(step.Irreversible is { } why ? $"**point of no return**: {why}" : step.Undo)} | {(step.Seconds is { } s ? $"{s:0.0} s" : "-")} |");
            }
            text.AppendLine();
            foreach (var step in phase.Steps.Where(s => s.Expected is { Count: > 0 }))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"Step {step.Id}, by what is there now:").AppendLine();
                foreach (var line in step.Expected!) text.AppendLine(CultureInfo.InvariantCulture, $"- {line}");
                text.AppendLine();
            }
        }
        text.AppendLine("## Rollback").AppendLine().AppendLine("| since the switch | data impact | what is done | approval of | takes |").AppendLine("|---|---|---|---|---|");
        foreach (var row in plan.RollbackMatrix) text.AppendLine(CultureInfo.InvariantCulture, $"| {Cell(row.Row)} | {row.Impact} | {row.Action} | {Cell(Approvers(row))} | {Cell(row.Takes ?? "-")} |");
        text.AppendLine().AppendLine("Looked at after a rollback of everything:").AppendLine();
        foreach (var item in plan.RollbackChecklist) text.AppendLine(CultureInfo.InvariantCulture, $"- {Cell(item)}");
        return text.ToString();
    }

    public static void Print(RunConsole console, PlanDocument plan)
    {
        console.Console.Line($"[bold]{plan.Runbook}[/]  plan {plan.Hash}");
        if (plan.DoneBefore is > 0 and var before) console.Console.Line($"{before} steps were done by earlier runs");
        foreach (var phase in plan.Phases)
        {
            console.Console.Line($"  [bold]{phase.Phase}[/]  deadline {phase.Deadline}; way back: rung {phase.Rung}, {phase.Rollback}{Times(phase)}");
            foreach (var gate in phase.Gates) console.Console.Line($"    gate {gate.Id} ({gate.Kind}){Title(gate.Title)}");
            foreach (var step in phase.Steps)
            {
                console.Console.Line($"    {step.Id} ({step.Kind}){Title(step.Title)}{(step.Seconds is { } s ? $", {s:0.0} s the last time" : "")}");
                foreach (var line in step.Expected ?? []) console.Console.Line($"      {line}");
                if (step.Irreversible is { } why) console.Console.Line($"      [yellow]point of no return:[/] {why}");
                else console.Console.Line($"      [grey]undo: {step.Undo}[/]");
            }
        }
        console.Console.Line($"  [bold]rollback[/], by the time since the switch");
        foreach (var row in plan.RollbackMatrix) console.Console.Line($"    {row.Row}, {row.Impact} impact: {row.Action}, {(row.Approvers.Count == 0 ? "nobody has to approve" : $"approval of {Approvers(row)}")}{(row.Takes is null ? "" : $", {row.Takes}")}");
        console.Console.Line($"    looked at afterwards: {string.Join(", ", plan.RollbackChecklist)}");
        if (plan.Restore is { } restore) console.Console.Line($"  restoring backup {restore.Backup} takes about {Math.Max(1, Math.Round(restore.Seconds))} s");
    }

    private static string Approvers(DecisionDocument row) => row.Approvers.Count == 0 ? "nobody" : string.Join(" and ", row.Approvers);

    private static string Title(string? title) => title is null ? "" : $": {title}";

    /// <summary>Measured in rehearsals where there are some, else guessed from a run, else not there.</summary>
    private static string Times(PlannedPhase phase) => phase switch
    {
        { Forward: { } forward, Back: { } back } => $"; forward about {Short(forward.Seconds)}, back about {Short(back.Seconds)} ({forward.From})",
        { Forward: { } forward } => $"; forward about {Short(forward.Seconds)} ({forward.From}), which took nothing back here",
        { Back: { } back } => $"; back about {Short(back.Seconds)} ({back.From})",
        _ => $"{Measured(phase.RollbackSeconds)}; this plan was not rehearsed",
    };

    private static string Short(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{(seconds < 10 ? Math.Ceiling(seconds * 10) / 10 : Math.Ceiling(seconds)):0.#} s");

    private static string Measured(double? seconds) => seconds is { } s ? string.Create(CultureInfo.InvariantCulture, $", about {Math.Max(1, s):0} s by what it took to do") : "; its time is not measured yet";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
