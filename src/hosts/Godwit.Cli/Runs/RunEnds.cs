using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Runbooks;

namespace Godwit.Cli.Runs;

/// <summary>How a command on a run ends: what is said, and its exit code.</summary>
internal sealed class RunEnds(RunConsole console)
{
    public int NothingToDo(RunbookPlan plan)
    {
        console.Console.Line($"Nothing to do: every step of {plan.Name} is done.");
        return console.Finish(new RunDocument { Outcome = "nothing-to-do", ExitCode = ExitCode.Done, Runbook = plan.Name, Plan = plan.Hash });
    }

    /// <summary>The target is as it is; nothing is written to what may not be the right one.</summary>
    public int Rewound(IReadOnlyList<Finding> findings, string next = "`godwit resume --accept-rewind REASON` goes on without what is lost.")
    {
        RunbookFindings.Print(console.Console, findings);
        const string reason = "the target went back in time";
        console.Console.Line($"[yellow]Paused:[/] {reason}; nothing was changed.");
        return console.Finish(new RunDocument { Outcome = "paused", ExitCode = ExitCode.Paused, Reason = reason, Next = next, Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))] });
    }

    /// <param name="copied">Printed with every outcome; changes none.</param>
    /// <param name="certificate">The file with the certificate of a run that is over; null when there is none.</param>
    public int Say(PostgresRun run, RunbookOutcome outcome, IReadOnlyList<Finding> copied, string? certificate)
    {
        RunbookFindings.Print(console.Console, copied);
        var document = new RunDocument
        {
            Outcome = "", ExitCode = ExitCode.Done, Run = run.Run.ToString(), Runbook = run.Plan.Name, Plan = run.Plan.Hash,
            Findings = [.. copied.Select(f => FindingDocument.From(f, showValues: false))], Certificate = certificate,
        };
        if (certificate is not null) console.Console.Line($"Its certificate, signed: {certificate}");
        switch (outcome)
        {
            case RunbookOutcome.Reached(RunbookState.RolledBack) { Part: true }:
                console.Console.Line($"[yellow]Rolled back in part:[/] run {run.Run} of {run.Plan.Name}. `godwit resume` goes on from there, `godwit rollback` takes back the rest.");
                return console.Finish(document with { Outcome = "rolled-back-in-part", ExitCode = ExitCode.RolledBack });
            case RunbookOutcome.Reached(RunbookState.RolledBack):
                console.Console.Line($"[yellow]Rolled back:[/] run {run.Run} of {run.Plan.Name}.");
                return console.Finish(document with { Outcome = "rolled-back", ExitCode = ExitCode.RolledBack });
            case RunbookOutcome.Reached(RunbookState.Complete):
                console.Console.Line($"[green]Complete:[/] run {run.Run} of {run.Plan.Name}. The old is kept: `godwit finish` removes it, `godwit rollback` goes back to it.");
                return console.Finish(document with { Outcome = "complete" });
            case RunbookOutcome.Reached(RunbookState.Aborted):
                console.Console.Line($"[yellow]Aborted:[/] run {run.Run} of {run.Plan.Name} is over as it is; nothing was undone.");
                return console.Finish(document with { Outcome = "aborted" });
            case RunbookOutcome.Reached(var state):
                console.Console.Line($"[green]Finished:[/] run {run.Run} of {run.Plan.Name}.");
                return console.Finish(document with { Outcome = RunWords.Of(state) });
            case RunbookOutcome.Paused(var reason, var findings, var differs):
                RunbookFindings.Print(console.Console, findings);
                const string next = "`godwit status` shows where it stands, `godwit resume` goes on, `godwit rollback` goes back.";
                console.Console.Line($"[yellow]Paused:[/] {reason}");
                console.Console.Line($"{next}");
                return console.Finish(document with
                {
                    Outcome = "paused", ExitCode = differs ? ExitCode.NotVerified : ExitCode.Paused, Reason = reason, Next = next,
                    Findings = [.. findings.Concat(copied).Select(f => FindingDocument.From(f, showValues: false))],
                });
            case RunbookOutcome.Refused(var refusals):
                return console.Refuse(refusals);
            default:
                throw new InvalidOperationException();
        }
    }
}
