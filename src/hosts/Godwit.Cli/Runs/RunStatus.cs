using System.Text.Json.Nodes;
using Godwit.Cli.Live;
using Godwit.Cli.Move;
using Godwit.Cli.Notices;
using Godwit.Cli.People;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Tripwires;
using Godwit.Engine.Journal;
using Godwit.Engine.Journal.Export;
using Godwit.Engine.People;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Engine.Timetables;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Runbooks;

namespace Godwit.Cli.Runs;

/// <summary>One screen: where a run stands, why, and what going back now would take.</summary>
internal static class RunStatus
{
    private const int MostInARow = 6;

    /// <param name="console">Where it is shown.</param>
    /// <param name="kinds">What its steps are.</param>
    /// <param name="view">The run now.</param>
    /// <param name="earlier">The run a moment ago: how fast it is; null where nobody is at work.</param>
    /// <param name="rehearsed">What the rehearsals of its plan say.</param>
    /// <param name="compared">What the ledger says against the target.</param>
    /// <param name="exitCode">What the command returns.</param>
    public static int Show(RunConsole console, RunbookKinds kinds, RunView view, RunbookRun? earlier, RehearsalEstimates rehearsed, IReadOnlyList<Finding> compared, int exitCode)
    {
        var run = view.Run;
        var over = run.State is RunbookState.Finished or RunbookState.RolledBack or RunbookState.Aborted;
        var timetable = NoticeStatus.TimetableOf(run.Plan, run.StartedAt, run.EndedAt ?? run.Now, run.Phases, TimetableDecisions.MadeIn(run, view.Signed));
        var onCall = over ? null : NoticeStatus.OnCall(run.Plan, run.Now);
        var findings = compared.Concat(view.Signed.Register.Findings).Concat(view.Copies.Select(c => OfCopy(c, run)).OfType<Finding>()).Concat(NoticeFindings.Unsent(view.Notices)).ToList();
        if (!over && NoticeStatus.Nobody(run.Plan, run.Now) is { } nobody) findings.Add(nobody);
        var out_ = console.Console;
        var back = RollbackNow.Of(kinds, run, view.Signed, rehearsed);
        var demands = DemandsOf(view);
        out_.Line($"[bold]{run.Plan.Name}[/]  {RunWords.Of(run.State)}{(run is { RollingBack: true, State: not RunbookState.RolledBack } ? ", on its way back" : "")}  run {run.Id}  plan {run.Plan.Hash[..12]}");
        out_.Line($"began {run.StartedAt:yyyy-MM-dd HH:mm:ss}Z, {Span(run.Now - run.StartedAt)} ago{(run.EndedAt is { } end ? $", ended {end:yyyy-MM-dd HH:mm:ss}Z" : "")}");
        if (run.Runner is { } runner)
            out_.Line($"runner {runner.Holder}, heard of {Span(runner.SinceHeartbeat)} ago{(runner.Alive ? "" : ": [red]gives no sign of life[/]; `godwit resume` takes over")}");
        else if (run.State == RunbookState.Running) out_.Line($"[red]nobody is at work on it[/]; `godwit resume` goes on");
        if (run.Reason is { } reason) out_.Line($"[yellow]paused:[/] {reason}");
        var rows = run.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        foreach (var phase in run.Plan.Phases)
        {
            out_.Line($"  [bold]{PhaseNames.Of(phase.Phase)}[/]  {PhaseText(run, phase)}");
            foreach (var gate in view.Gates.Where(g => g.Phase == phase.Phase))
            {
                out_.Line($"    gate {gate.Gate}: {gate.State}: {gate.Summary} ({Span(run.Now - gate.At)} ago)");
                foreach (var said in NewestOf(view, gate.Gate)) out_.Line($"      {said.Statement.ToString()}");
            }
            foreach (var demand in demands.Where(d => d.Phase == PhaseNames.Of(phase.Phase) && d.Holds == false))
            {
                out_.Line($"    [yellow]waits for people:[/] {demand.Statement ?? $"approval of {phase.Phase.ToString().ToLowerInvariant()}"}: {demand.Line}");
                foreach (var command in demand.Commands) out_.Line($"      [cyan]{command}[/]");
            }
            foreach (var (step, at, hidden) in OnOneScreen(phase.Steps, rows, (step, at) => Word(kinds, run, step, at)))
            {
                var word = Word(kinds, run, step, at);
                if (hidden > 0) out_.Line($"    {word,-9} and {hidden:N0} more to {step.Id}");
                else out_.Line($"    {word,-9} {step.Id} ({step.Kind}){Progress(kinds, step, at, run, earlier)}{(step.Irreversible is null ? "" : ", point of no return")}");
            }
        }
        if (run.State is not (RunbookState.RolledBack or RunbookState.Aborted))
        {
            out_.Line($"rollback now: {(back is { Possible: true, Steps: > 0 } ? $"{Count(back.Steps, "step")}, takes about {Math.Max(1, back.Seconds):0} s ({back.From}) and " : "")}{back.Loses}");
            if (back is { Possible: true, Steps: > 0 } && !run.RollingBack) out_.Line($"  {DecisionDocument.Describe(RollbackDecision.StandingOf(run, null, view.Signed))}");
            if (back.Approval is { } approval)
            {
                out_.Line($"  approved by {approval.Line}");
                foreach (var command in approval.Holds == true ? [] : approval.Commands) out_.Line($"    [cyan]{command}[/]");
            }
        }
        if (view.Decided is { } decided) out_.Line($"rollback decided: {Decided(decided)}");
        if (view.Checked is { } seen) out_.Line($"rollback checked: {Checked(seen)}");
        var tripwires = TripwireDocument.Of(run, view.Tripwires);
        foreach (var tripwire in tripwires) out_.Line($"tripwire {tripwire.Id}: {tripwire.Describe(run.Now)}");
        var live = view.Live.Select(LiveDocument.Of).ToList();
        foreach (var move in live) out_.Line($"live move {move.Step}: {move.Describe()}");
        if (view.Lag is { } lag) out_.Line($"replicas: {lag}");
        foreach (var copy in view.Copies) out_.Line($"journal copied to {copy.Sink}: {copy.Sent:N0} entries, {Word(copy.Status)}");
        NoticeStatus.Print(out_, timetable, onCall, view.Notices);
        RunbookFindings.Print(out_, findings);
        return console.Finish(new RunDocument
        {
            Outcome = "status", ExitCode = exitCode, Run = run.Id.ToString(), Runbook = run.Plan.Name, Plan = run.Plan.Hash, State = RunWords.Of(run.State), Reason = run.Reason,
            RollingBack = run.RollingBack, StartedAt = run.StartedAt, EndedAt = run.EndedAt,
            Runner = run.Runner is { } r ? new RunnerDocument(r.Holder, r.SinceHeartbeat.TotalSeconds, r.Alive) : null,
            Rollback = back, Lag = view.Lag, Live = live.Count == 0 ? null : live, Decided = view.Decided, Checked = view.Checked, Tripwires = tripwires.Count == 0 ? null : tripwires,
            Approvals = demands.Count == 0 ? null : demands,
            Gates = [.. view.Gates.Select(g => new GateDocument(g.Gate, PhaseNames.Of(g.Phase), g.State.ToString(), g.Summary, g.At) { People = NewestOf(view, g.Gate) is { Count: > 0 } people ? [.. people.Select(p => SignedDocument.Of(p.Statement))] : null })],
            Journal = view.Copies.Count == 0 ? null : [.. view.Copies.Select(c => new CopyDocument(c.Sink, Word(c.Status), c.Sent, c.SucceededAt, c.Failures, c.Problem))],
            Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))],
            OnCall = onCall, Timetable = timetable, Notices = view.Notices.Count == 0 ? null : [.. view.Notices.Select(NoticeDocument.Of)],
            Steps = [.. run.Plan.Phases.SelectMany(p => p.Steps.Select(s => Document(kinds, run, rows, earlier, p.Phase, s)))],
        });
    }

    /// <summary>What people have yet to agree to, or have agreed to for what has not begun. Of what has, the gates say it.</summary>
    private static IReadOnlyList<DemandDocument> DemandsOf(RunView view) => view.Run is { RollingBack: false, State: RunbookState.Running or RunbookState.Paused or RunbookState.Complete }
        ? DemandDocument.Of(view.Run.Plan, view.Run.Id, view.Signed, phase => view.Run.Phases.All(p => p.Phase != phase))
        : [];

    /// <summary>Whose word a gate went by when it was asked last.</summary>
    private static IReadOnlyList<Acceptance> NewestOf(RunView view, string gate) =>
        view.Accepted.Where(a => a.Of == gate).ToList() is { Count: > 0 } all ? [.. all.Where(a => a.Entry == all[^1].Entry)] : [];

    /// <summary>Of many steps one after another in the same state only the first few and how many more, and up to which; <see cref="RunDocument.Steps"/> has them all.</summary>
    private static IEnumerable<(StepSettings Step, StepRow At, int Hidden)> OnOneScreen(
        IReadOnlyList<StepSettings> steps, Dictionary<string, StepRow> rows, Func<StepSettings, StepRow, string> wordOf)
    {
        for (var i = 0; i < steps.Count;)
        {
            var word = wordOf(steps[i], rows[steps[i].Id]);
            var end = i + 1;
            while (end < steps.Count && wordOf(steps[end], rows[steps[end].Id]) == word) end++;
            var shown = end - i > MostInARow ? MostInARow - 1 : end - i;
            for (var j = i; j < i + shown; j++) yield return (steps[j], rows[steps[j].Id], 0);
            if (i + shown < end) yield return (steps[end - 1], rows[steps[end - 1].Id], end - i - shown);
            i = end;
        }
    }

    private static string Word(RunbookKinds kinds, RunbookRun run, StepSettings step, StepRow row) => row.Carried ? "before" : Word(kinds, run, step, row.State);

    private static string PhaseText(RunbookRun run, PhaseSettings phase)
    {
        if (run.Phases.FirstOrDefault(p => p.Phase == phase.Phase) is not { } row) return run.RollingBack || run.State == RunbookState.RolledBack ? "as it was before, or not begun" : "not begun";
        if (row.EndedAt is { } ended) return $"done in {Span(ended - row.BeganAt)}";
        var left = phase.Deadline - (run.Now - row.CountsFrom);
        return $"for {Span(run.Now - row.BeganAt)}, {(left < TimeSpan.Zero ? $"deadline over for {Span(-left)}" : $"deadline in {Span(left)}")}";
    }

    /// <summary>A copy that lags behind a runner at work is on its way; behind one that is gone it stays where it is.</summary>
    private static Finding? OfCopy(ExportState copy, RunbookRun run) => JournalFindings.Of(
        copy.Status == ExportStatus.Behind && run.Runner is not { Alive: true }
            ? copy with { Status = ExportStatus.Failing, Problem = "nobody is at work on it" }
            : copy);

    private static string Word(ExportStatus status) => status == ExportStatus.UpToDate ? "up-to-date" : status.ToString().ToLowerInvariant();

    private static string Decided(JsonObject decided)
    {
        var approvals = (decided["approvals"]?.AsArray() ?? []).OfType<JsonObject>().Select(a => $"{a["name"]} ({a["role"]}{((string?)a["proof"] == "signed" ? "" : ", unproved")})").ToList();
        return $"{decided["row"]} since {decided["since"]}, {decided["action"]}{(approvals.Count == 0 ? "" : $", approved by {string.Join(" and ", approvals)}")}{(decided["override"] is { } why ? $", overridden: {why}{((decided["missing"] as JsonArray) is { Count: > 0 } missing ? $" (without {string.Join(" and ", missing.Select(m => $"{m}"))})" : "")}" : "")}";
    }

    private static string Checked(JsonObject seen)
    {
        var items = (seen["items"]?.AsArray() ?? []).OfType<JsonObject>().ToList();
        var bad = items.Where(i => (string?)i["state"] != "holds").Select(i => $"{i["item"]}: {i["saw"]}").ToList();
        return $"{items.Count - bad.Count} of {items.Count} hold{(bad.Count == 0 ? "" : $"; {string.Join("; ", bad)}")}";
    }

    private static StepDocument Document(RunbookKinds kinds, RunbookRun run, Dictionary<string, StepRow> rows, RunbookRun? earlier, Phase phase, StepSettings step)
    {
        var row = rows[step.Id];
        var bound = kinds.Bind(step, run.Plan.Files);
        return new StepDocument(
            step.Id, PhaseNames.Of(phase), step.Kind, row.State.ToString().ToLowerInvariant(), row.Attempts, row.Done, row.Total,
            row is { BeganAt: { } began, EndedAt: { } ended } ? (ended - began).TotalSeconds : null, bound.UndoSummary, step.Irreversible ?? bound.Irreversible)
        {
            PerSecond = Rate(row, run, earlier), Seen = row.Progress is { } progress ? bound.Describe(progress, run.Now) : null,
        };
    }

    private static string Progress(RunbookKinds kinds, StepSettings step, StepRow row, RunbookRun run, RunbookRun? earlier)
    {
        if (row is { BeganAt: { } began, EndedAt: { } ended }) return $", {Span(ended - began)}{(row.Done > 0 ? $", {row.Done:N0} done" : "")}";
        if (row.State is not (StepState.Applying or StepState.Undoing or StepState.Unknown)) return "";
        var bound = kinds.Bind(step, run.Plan.Files);
        var said = row.Progress is { } progress && bound.Describe(progress, run.Now) is { } text ? $", {text}" : "";
        // What only asks and waits says it better in words.
        if ((said.Length > 0 && bound is QuestionStep) || row.State == StepState.Unknown) return said;
        var rate = Rate(row, run, earlier);
        // An estimate that has turned out too small says nothing.
        var total = row.Total >= row.Done ? row.Total : null;
        var left = total is { } all && rate > 0 ? $", {Span(TimeSpan.FromSeconds((all - row.Done) / rate.Value))} left" : "";
        return $", {row.Done:N0}{(total is null ? "" : $" of {total:N0}")}{(rate is { } known ? $", {known:N0}/s" : "")}{left}{said}";
    }

    /// <summary>How fast it is now: by two looks at it, since what an attempt before a pause did says nothing of this one. Null when nobody is at work.</summary>
    private static double? Rate(StepRow row, RunbookRun run, RunbookRun? earlier)
    {
        if (row.State is not (StepState.Applying or StepState.Undoing) || earlier?.Steps.FirstOrDefault(s => s.Id == row.Id) is not { } before || before.Done > row.Done) return null;
        var seconds = (run.Now - earlier.Now).TotalSeconds;
        return seconds > 0 ? (row.Done - before.Done) / seconds : null;
    }

    private static string Word(RunbookKinds kinds, RunbookRun run, StepSettings step, StepState state) => state switch
    {
        // It changes nothing: that it could not decide leaves nothing open but its answer.
        StepState.Unknown when kinds.Bind(step, run.Plan.Files) is QuestionStep => "waits",
        StepState.Pending => "-",
        StepState.Verified => "done",
        _ => state.ToString().ToLowerInvariant(),
    };

    private static string Count(int number, string thing) => $"{number} {thing}{(number == 1 ? "" : "s")}";

    private static string Span(TimeSpan time) => time.TotalSeconds < 10 ? $"{Math.Max(0, time.TotalSeconds):0.0} s" : time.TotalHours >= 24 ? $"{time.TotalDays:0.0} d" : $"{time:hh\\:mm\\:ss}";
}
