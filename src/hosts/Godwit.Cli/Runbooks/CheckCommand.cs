using System.CommandLine;
using System.Text.Json;
using Godwit.Cli.Move;
using Godwit.Cli.Runs;
using Godwit.Cli.Tripwires;
using Godwit.Documents.Shapes;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Tripwires;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Runbooks;

/// <summary><c>godwit check [FILE]</c>: whether a runbook and its files are in order, as far as no database is needed to tell.</summary>
internal static class CheckCommand
{
    public static Command Create(RunbookKinds kinds)
    {
        var command = new Command("check", "Checks a runbook and the files beside it; needs no database.") { RunbookOptions.File, RunbookOptions.Set, RunbookOptions.Json };
        command.SetAction(result =>
        {
            var path = RunbookOptions.PathOf(result);
            var json = result.GetValue(RunbookOptions.Json);
            var output = result.InvocationConfiguration.Output;
            var console = new MoveConsole(output, result.InvocationConfiguration.Error, json, showValues: false);
            var reading = new RunbookReader(kinds).ReadFile(path, RunbookOptions.SetOf(result));
            var planner = new RunbookPlanner(kinds);
            var planning = reading switch
            {
                { Runbook: { } runbook } => planner.Plan(runbook),
                { Draft: { } draft } => new RunbookPlanning(null, planner.Check(draft)),
                _ => new RunbookPlanning(null, []),
            };
            IReadOnlyList<Finding> unready = planning.Plan is { } plan ? [.. TripwireReadiness.Find(plan, reading.Runbook!.Folder, ProcessEnvironment.Instance, here: false)] : [];
            IReadOnlyList<Finding> findings = [.. reading.Findings, .. planning.Findings, .. unready];
            var document = CheckDocument.From(path, planning.Plan, findings);
            if (json) output.WriteLine(JsonSerializer.Serialize(document, CheckDocumentJson.Default.CheckDocument));
            else Print(console, path, planning.Plan, findings);
            return document.ExitCode;
        });
        return command;
    }

    private static void Print(MoveConsole console, string path, RunbookPlan? plan, IReadOnlyList<Finding> findings)
    {
        RunbookFindings.Print(console, findings);
        if (plan is null)
        {
            var errors = findings.Count(f => f.Severity == Severity.Error);
            console.Line($"[red]{path} has {errors} {(errors == 1 ? "error" : "errors")}[/]");
            return;
        }
        foreach (var phase in plan.Phases)
        {
            console.Line($"[bold]{PhaseNames.Of(phase.Phase)}[/] (deadline {DurationText.Write(phase.Deadline)})");
            foreach (var gate in phase.Gates) console.Line($"  gate {gate.Id} ({gate.Kind}){TitleOf(gate.Title)}");
            foreach (var step in phase.Steps) console.Line($"  step {step.Id} ({step.Kind}){TitleOf(step.Title)}{(step.Irreversible is null ? "" : ", point of no return")}");
        }
        foreach (var tripwire in Tripwire.Of(plan)) console.Line($"tripwire {tripwire.Id}{TitleOf(tripwire.Title)} ({Tripwire.WordOf(tripwire.Action)})");
        console.Line($"[green]{path} is in order[/]");
    }

    private static string TitleOf(string? title) => title is null ? "" : ": " + title;
}
