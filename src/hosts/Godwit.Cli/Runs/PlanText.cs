using System.Globalization;
using System.Text;
using Godwit.Cli.Notices;
using Godwit.Cli.People;

namespace Godwit.Cli.Runs;

/// <summary>A plan in Markdown: what goes into a change request.</summary>
internal static class PlanText
{
    public static string Markdown(PlanDocument plan)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Plan of {plan.Runbook}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Hash: `{plan.Hash}`").AppendLine();
        if (plan.Authors is { Count: > 0 } authors) text.AppendLine(CultureInfo.InvariantCulture, $"Signed as theirs by {string.Join(", ", authors.Select(a => a.Line))}").AppendLine();
        foreach (var (name, value) in plan.Parameters) text.AppendLine(CultureInfo.InvariantCulture, $"- {name}: `{value}`");
        if (plan.Parameters.Count > 0) text.AppendLine();
        foreach (var phase in plan.Phases)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"## {phase.Phase}").AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"Deadline {phase.Deadline}{(phase.Estimate is { } estimate ? $", estimate {estimate}" : "")}. Way back: rung {phase.Rung}, {phase.Rollback}{Times(phase)}.").AppendLine();
            foreach (var gate in phase.Gates) text.AppendLine(CultureInfo.InvariantCulture, $"- gate `{gate.Id}` ({gate.Kind}){Title(gate.Title)}");
            foreach (var demand in plan.Approvals.Where(a => a.Phase == phase.Phase)) text.AppendLine(CultureInfo.InvariantCulture, $"- {Takes(demand)}{(demand.Holds is null ? "" : $": {demand.Line}")}");
            if (phase.Gates.Count > 0 || plan.Approvals.Any(a => a.Phase == phase.Phase)) text.AppendLine();
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
        if (plan.Timetable is { } timetable)
        {
            text.AppendLine("## Timetable").AppendLine().AppendLine("| when | what | who |").AppendLine("|---|---|---|");
            foreach (var entry in timetable) text.AppendLine(CultureInfo.InvariantCulture, $"| {entry.At} | {Cell((entry.Decision ? "go/no-go: " : "") + entry.What)} | {Cell(string.Join(", ", entry.Who))} |");
            text.AppendLine();
        }
        if (plan.Notices is { } notices)
        {
            text.AppendLine("## Notices").AppendLine().AppendLine("| notice | for | when | by |").AppendLine("|---|---|---|---|");
            foreach (var notice in notices) text.AppendLine(CultureInfo.InvariantCulture, $"| {notice.Id}{(notice.Required ? ", required" : "")} | {notice.Audience} | {string.Join(", ", notice.When)} | {Cell(notice.To)} |");
            text.AppendLine();
        }
        if (plan.OnCall is { } onCall) text.AppendLine(CultureInfo.InvariantCulture, $"On call now: {(onCall.Count == 0 ? "nobody" : string.Join(", ", onCall))}").AppendLine();
        if (plan.Tripwires.Count > 0)
        {
            text.AppendLine("## Tripwires").AppendLine().AppendLine("| tripwire | fires | no data | watched in | baseline |").AppendLine("|---|---|---|---|---|");
            foreach (var t in plan.Tripwires) text.AppendLine(CultureInfo.InvariantCulture, $"| {t.Id} | {Cell(t.Does)} | {t.NoData} | {string.Join(", ", t.Phases)} | {t.Baseline ?? "-"} |");
            text.AppendLine();
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
        if (plan.Authors is { Count: > 0 } authors) console.Console.Line($"signed as theirs by {string.Join(", ", authors.Select(a => a.Line))}");
        if (plan.DoneBefore is > 0 and var before) console.Console.Line($"{before} steps were done by earlier runs");
        foreach (var phase in plan.Phases)
        {
            console.Console.Line($"  [bold]{phase.Phase}[/]  deadline {phase.Deadline}{(phase.Estimate is { } estimate ? $", estimate {estimate}" : "")}; way back: rung {phase.Rung}, {phase.Rollback}{Times(phase)}");
            foreach (var gate in phase.Gates) console.Console.Line($"    gate {gate.Id} ({gate.Kind}){Title(gate.Title)}");
            foreach (var demand in plan.Approvals.Where(a => a.Phase == phase.Phase))
            {
                console.Console.Line($"    {Takes(demand)}{(demand.Holds is null ? "" : $": {demand.Line}")}");
                foreach (var command in demand.Holds == true ? [] : demand.Commands) console.Console.Line($"      [cyan]{command}[/]");
            }
            foreach (var step in phase.Steps)
            {
                console.Console.Line($"    {step.Id} ({step.Kind}){Title(step.Title)}{(step.Seconds is { } s ? $", {s:0.0} s the last time" : "")}");
                foreach (var line in step.Expected ?? []) console.Console.Line($"      {line}");
                if (step.Irreversible is { } why) console.Console.Line($"      [yellow]point of no return:[/] {why}");
                else console.Console.Line($"      [grey]undo: {step.Undo}[/]");
            }
        }
        foreach (var notice in plan.Notices ?? []) console.Console.Line($"  notice {notice.Id} for {notice.Audience}: {string.Join(", ", notice.When)}, by {notice.To}{(notice.Required ? ", required" : "")}");
        NoticeStatus.Print(console.Console, plan.Timetable, plan.OnCall, []);
        foreach (var t in plan.Tripwires) console.Console.Line($"  tripwire {t.Id}{Title(t.Title)}: {t.Does}; no data: {t.NoData}; watched in {string.Join(", ", t.Phases)}{(t.Baseline is null ? "" : $"; baseline over {t.Baseline}")}");
        console.Console.Line($"  [bold]rollback[/], by the time since the switch");
        foreach (var row in plan.RollbackMatrix) console.Console.Line($"    {row.Row}, {row.Impact} impact: {row.Action}, {(row.Approvers.Count == 0 ? "nobody has to approve" : $"approval of {Approvers(row)}")}{(row.Takes is null ? "" : $", {row.Takes}")}");
        console.Console.Line($"    looked at afterwards: {string.Join(", ", plan.RollbackChecklist)}");
        if (plan.Restore is { } restore) console.Console.Line($"  restoring backup {restore.Backup} takes about {Math.Max(1, Math.Round(restore.Seconds))} s");
    }

    private static string Takes(DemandDocument demand) => $"{(demand.Statement is null ? "approval of" : $"box {demand.Subject}: attestation of")} {string.Join(" and ", demand.Required)}";

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
