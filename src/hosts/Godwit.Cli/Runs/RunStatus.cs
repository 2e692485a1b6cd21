using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Engine.Journal;
using Godwit.Engine.Journal.Export;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Runs;

/// <summary>One screen: where a run stands, why, and what going back now would take.</summary>
internal static class RunStatus
{
    public static int Show(RunConsole console, RunbookKinds kinds, RunbookRun run, IReadOnlyList<ExportState> copies, IReadOnlyList<Finding> compared)
    {
        var findings = compared.Concat(copies.Select(c => OfCopy(c, run)).OfType<Finding>()).ToList();
        var out_ = console.Console;
        var back = RollbackNow(kinds, run);
        out_.Line($"[bold]{run.Plan.Name}[/]  {RunWords.Of(run.State)}{(run is { RollingBack: true, State: not RunbookState.RolledBack } ? ", on its way back" : "")}  run {run.Id}  plan {run.Plan.Hash[..12]}");
        out_.Line($"began {run.StartedAt:yyyy-MM-dd HH:mm:ss}Z, {Span(run.Now - run.StartedAt)} ago{(run.EndedAt is { } end ? $", ended {end:yyyy-MM-dd HH:mm:ss}Z" : "")}");
        if (run.Runner is { } runner)
            out_.Line($"runner {runner.Holder}, heard of {Span(runner.SinceHeartbeat)} ago{(runner.Alive ? "" : ": [red]gives no sign of life[/]; `godwit resume` takes over")}");
        else if (run.State == RunbookState.Running) out_.Line($"[red]nobody is at work on it[/]; `godwit resume` goes on");
        if (run.Reason is { } reason) out_.Line($"[yellow]paused:[/] {reason}");
        foreach (var phase in run.Plan.Phases)
        {
            var row = run.Phases.FirstOrDefault(p => p.Phase == phase.Phase);
            var state = row is null ? "not begun" : row.EndedAt is { } ended ? $"done in {Span(ended - row.BeganAt)}" : $"for {Span(run.Now - row.BeganAt)}, deadline in {Span(phase.Deadline - (run.Now - row.CountsFrom))}";
            out_.Line($"  [bold]{PhaseNames.Of(phase.Phase)}[/]  {state}");
            foreach (var step in phase.Steps)
            {
                var at = run.Steps.Single(s => s.Id == step.Id);
                out_.Line($"    {(at.Carried ? "before" : Word(at.State)),-9} {step.Id} ({step.Kind}){Progress(at, run.Now)}{(step.Irreversible is null ? "" : ", point of no return")}");
            }
        }
        out_.Line($"rollback now: {(back.Possible ? $"{back.Steps} steps, takes about {Math.Max(1, back.Seconds):0} s and " : "")}{back.Loses}");
        foreach (var copy in copies) out_.Line($"journal copied to {copy.Sink}: {copy.Sent:N0} entries, {Word(copy.Status)}");
        RunbookFindings.Print(out_, findings);
        return console.Finish(new RunDocument
        {
            Outcome = "status", ExitCode = ExitCode.Done, Run = run.Id.ToString(), Runbook = run.Plan.Name, Plan = run.Plan.Hash, State = RunWords.Of(run.State), Reason = run.Reason,
            RollingBack = run.RollingBack, StartedAt = run.StartedAt, EndedAt = run.EndedAt,
            Runner = run.Runner is { } r ? new RunnerDocument(r.Holder, r.SinceHeartbeat.TotalSeconds, r.Alive) : null,
            Rollback = back,
            Journal = copies.Count == 0 ? null : [.. copies.Select(c => new CopyDocument(c.Sink, Word(c.Status), c.Sent, c.SucceededAt, c.Failures, c.Problem))],
            Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))],
            Steps = [.. run.Plan.Phases.SelectMany(p => p.Steps.Select(s => Document(kinds, run, p.Phase, s)))],
        });
    }

    /// <summary>A copy that lags behind a runner at work is on its way; behind one that is gone it stays where it is.</summary>
    private static Finding? OfCopy(ExportState copy, RunbookRun run) => JournalFindings.Of(
        copy.Status == ExportStatus.Behind && run.Runner is not { Alive: true }
            ? copy with { Status = ExportStatus.Failing, Problem = "nobody is at work on it" }
            : copy);

    private static string Word(ExportStatus status) => status == ExportStatus.UpToDate ? "up-to-date" : status.ToString().ToLowerInvariant();

    private static RollbackDocument RollbackNow(RunbookKinds kinds, RunbookRun run)
    {
        var done = run.Plan.Phases.SelectMany(p => p.Steps).Select(s => (Step: s, Row: run.Steps.Single(r => r.Id == s.Id)))
            .Where(s => s.Row is { Carried: false, State: not (StepState.Pending or StepState.Undone) }).ToList();
        // What it took to do is the best guess at what it takes to undo until a rehearsal has measured it.
        var seconds = done.Sum(s => s.Row is { BeganAt: { } began, EndedAt: { } ended } ? (ended - began).TotalSeconds : 1);
        var stuck = done.Where(s => s.Step.Irreversible is not null || kinds.Step(s.Step.Kind).Bind(s.Step, run.Plan.Files).Irreversible is not null).Select(s => s.Step.Id).ToList();
        return stuck.Count > 0
            ? new RollbackDocument(false, done.Count, seconds, $"not possible past {string.Join(", ", stuck)}")
            : new RollbackDocument(true, done.Count, seconds, "loses nothing");
    }

    private static StepDocument Document(RunbookKinds kinds, RunbookRun run, Phase phase, StepSettings step)
    {
        var row = run.Steps.Single(s => s.Id == step.Id);
        var bound = kinds.Step(step.Kind).Bind(step, run.Plan.Files);
        return new StepDocument(
            step.Id, PhaseNames.Of(phase), step.Kind, row.State.ToString().ToLowerInvariant(), row.Attempts, row.Done, row.Total,
            row is { BeganAt: { } began, EndedAt: { } ended } ? (ended - began).TotalSeconds : null, bound.UndoSummary, step.Irreversible ?? bound.Irreversible);
    }

    private static string Progress(StepRow row, DateTimeOffset now)
    {
        if (row is { BeganAt: { } began, EndedAt: { } ended }) return $", {Span(ended - began)}";
        if (row.State is not (StepState.Applying or StepState.Undoing) || row.BeganAt is not { } since) return "";
        var took = (now - since).TotalSeconds;
        var rate = took > 0 ? row.Done / took : 0;
        var left = row.Total is { } total && rate > 0 ? $", {Span(TimeSpan.FromSeconds((total - row.Done) / rate))} left" : "";
        return $", {row.Done:N0}{(row.Total is null ? "" : $" of {row.Total:N0}")}, {rate:N0}/s{left}";
    }

    private static string Word(StepState state) => state switch
    {
        StepState.Pending => "-",
        StepState.Verified => "done",
        _ => state.ToString().ToLowerInvariant(),
    };

    private static string Span(TimeSpan time) => time.TotalSeconds < 10 ? $"{Math.Max(0, time.TotalSeconds):0.0} s" : time.TotalHours >= 24 ? $"{time.TotalDays:0.0} d" : $"{time:hh\\:mm\\:ss}";
}
