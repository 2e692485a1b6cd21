using System.Text.Json.Nodes;
using Godwit.Engine.Checks;
using Godwit.Engine.Rollback;
using Godwit.Engine.Steps;
using Godwit.Engine.Tripwires;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>A run back: the last step first, then the checklist.</summary>
internal sealed class WayBack(RunDesk desk)
{
    private readonly IRunStore store = desk.Store;
    private readonly RunnerOptions options = desk.Options;

    /// <param name="to">The phase that stays; null for none.</param>
    /// <param name="request">Who asks; null is not held against the decision matrix.</param>
    /// <param name="cancellation">Stops after the part at hand.</param>
    /// <param name="tripwire">What it is done for, where nobody asks but a tripwire.</param>
    public async Task<RunbookOutcome> GoAsync(Phase? to, RollbackRequest? request, CancellationToken cancellation, Tripped? tripwire = null)
    {
        var run = await store.ReadAsync(cancellation);
        var phases = store.Plan.Phases.Where(p => to is null || p.Phase > to).Reverse().ToList();
        var stuck = phases.SelectMany(p => p.Steps).Where(s => IsIrreversible(s) && !IsUntouched(run, s)).ToList();
        if (stuck.Count > 0)
        {
            // What came in phases after the last of them can be taken back, and nothing else.
            var last = phases.First(p => p.Steps.Intersect(stuck).Any()).Phase;
            var remedy = phases.Any(p => p.Phase > last && p.Steps.Any(s => !IsUntouched(run, s)))
                ? $"`godwit rollback --to {PhaseNames.Of(last)}` takes back what came after it; further back leads only a backup."
                : "Nothing was done after it that could be taken back; back leads only a backup from before it, and on a fix in a step of its own.";
            return new RunbookOutcome.Refused([.. stuck.Select(s => Finding.Error(
                FindingCodes.CannotUndo, $"step {s.Id} cannot be undone: {s.Irreversible ?? desk.Bind(s).Irreversible}", s.Place,
                remedy))]);
        }
        if (await desk.EffectsUnderWay().OutwaitAsync(cancellation) is { } waiting) return await desk.PauseAsync(waiting, [], false, cancellation);
        if (!run.RollingBack || run.RollingBackTo != to)
        {
            // One that goes on was decided when it began.
            var (now, people, missing) = await new RollbackApprovals(desk).AskAsync(run, request, to, cancellation);
            if (missing.Count > 0) return new RunbookOutcome.Refused(missing);
            run = now;
            // It was approved with the plan; but after the time for it is over, a person decides.
            if (tripwire is not null && RollbackStanding.Of(run) is { IsRefused: true } late)
            {
                return new RunbookOutcome.Refused([Finding.Error(
                    FindingCodes.ForwardFixOnly, $"{RollbackDecision.Age(late)} after {late.Since} ({late.Row.Span}) the runbook's matrix allows a forward fix only", null,
                    "`godwit rollback --override REASON` goes back all the same.")]);
            }
            await desk.NoteAsync(
                "rollback-began", to,
                async (ledger, token) =>
                {
                    await ledger.SetDirectionAsync(true, to, token);
                    await ledger.JournalAsync(RollbackDecision.JournalKind, RollbackDecision.Note(run, request, people, to, tripwire?.Id), token);
                },
                cancellation);
        }
        foreach (var phase in phases.Where(p => RunDesk.HasBegun(run, p.Phase)))
        {
            options.Observer.PhaseBegins(phase.Phase);
            desk.Watch?.Enter(phase.Phase, back: true);
            var row = run.Phases.Single(p => p.Phase == phase.Phase);
            var start = await BeginUndoAsync(row, cancellation);
            if (await UndoStepsAsync(run, phase, cancellation) is { } stopped) return stopped;
            var now = await store.ReadCatalogAsync(cancellation);
            if (await CompareAsync(phase, row, start, now, cancellation) is { } differs) return differs;
            await desk.NoteAsync("phase-undone", phase.Phase, (ledger, token) => ledger.ForgetPhaseAsync(phase.Phase, token), cancellation, new JsonObject { ["catalog"] = now.Hash });
        }
        if (to is null)
        {
            if (await CheckRollbackAsync(cancellation) is { } unverified) return unverified;
            await desk.LeaveAsync(RunbookState.RolledBack, reason: null, "run-rolled-back", cancellation);
            return new RunbookOutcome.Reached(RunbookState.RolledBack);
        }
        await desk.NoteAsync("rollback-ended", to, (ledger, token) => ledger.SetDirectionAsync(false, null, token), cancellation);
        await desk.LeaveAsync(RunbookState.Paused, $"rolled back to the end of {PhaseNames.Of(to.Value)}", "run-paused", cancellation);
        return new RunbookOutcome.Reached(RunbookState.RolledBack) { Part = true };
    }

    /// <summary>The catalog as it was when somebody first began to take the phase back.</summary>
    private async Task<TargetCatalog> BeginUndoAsync(PhaseRow row, CancellationToken cancellation)
    {
        if (row.UndoCatalog is { } hash && await store.FindCatalogAsync(hash, cancellation) is { } kept) return kept;
        var now = await store.ReadCatalogAsync(cancellation);
        await desk.NoteAsync("phase-undo-began", row.Phase, (ledger, token) => ledger.BeginUndoAsync(row.Phase, now, token), cancellation, new JsonObject { ["catalog"] = now.Hash });
        return now;
    }

    /// <summary>
    /// Null when the schema is what it was before the phase, but for what others did to it meanwhile: what changed between the end of the phase and the beginning of
    /// its way back, or at any time in a phase that changes nothing itself. A run that observes for days is not to hold a way back up for a partition that was added.
    /// </summary>
    private async Task<RunbookOutcome?> CompareAsync(PhaseSettings phase, PhaseRow row, TargetCatalog start, TargetCatalog now, CancellationToken cancellation)
    {
        if (now.Hash == row.Catalog) return null;
        var difference = SchemaDrift.None;
        if (await store.FindCatalogAsync(row.Catalog, cancellation) is { } before)
        {
            var changesNothing = phase.Steps.All(s => desk.Bind(s) is QuestionStep);
            var from = changesNothing ? before : row.EndCatalog is { } end ? await store.FindCatalogAsync(end, cancellation) : null;
            var all = SchemaDrift.Between(before, now);
            difference = from is null ? all : all.Without(SchemaDrift.Between(from, start));
            if (difference.Count == 0)
            {
                options.Observer.Note($"left as others made it meanwhile: {all.Describe()}");
                return null;
            }
        }
        var name = PhaseNames.Of(phase.Phase);
        return await desk.PauseAsync(
            $"{name} is undone, but the schema is not what it was before",
            [Finding.Error(
                FindingCodes.NotAsBefore, $"after undoing {name} the target's catalog differs from what it was when the phase began: {difference.Describe()}", null,
                "Mend it, then `godwit rollback` looks again; `godwit abort` ends the run as it is.")],
            verificationFailed: true,
            cancellation);
    }

    /// <summary>
    /// Goes through the checklist once all is undone. Null when it holds, or when the run had done nothing; else the run stays on its way back, so that another
    /// rollback looks again and nothing else begins meanwhile.
    /// </summary>
    private async Task<RunbookOutcome?> CheckRollbackAsync(CancellationToken cancellation)
    {
        if (await StateBefore.FindAsync(store, cancellation) is not { } before) return null;
        var outcomes = await new RollbackChecklist(store, options).GoThroughAsync(before, cancellation);
        foreach (var outcome in outcomes) options.Observer.Note($"{(outcome.Stops ? "NOT " : "")}checked: {outcome}");
        await desk.NoteAsync(RollbackChecklist.JournalKind, null, (_, _) => Task.CompletedTask, cancellation, RollbackChecklist.Note(outcomes));
        var findings = RollbackChecklist.Findings(outcomes);
        return findings.Count == 0 ? null : await desk.PauseAsync(
            $"rolled back, but not verified: {CheckOutcome.Describe(outcomes.Where(o => o.Stops))}", findings,
            verificationFailed: outcomes.Any(o => o is { Stops: true, IsPeoples: false }), cancellation);
    }

    /// <summary>
    /// Null once every step is undone. A phase may take as long to undo as it may take to do, from when this runner begins with it: whoever asks again for a way back that
    /// took too long gives it as much time again.
    /// </summary>
    private async Task<RunbookOutcome?> UndoStepsAsync(RunbookRun run, PhaseSettings phase, CancellationToken cancellation)
    {
        var steps = desk.Steps();
        using var deadline = desk.Limit(phase.Deadline);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token, desk.StepStop);
        var at = "";
        try
        {
            foreach (var step in phase.Steps.Reverse().Where(s => !IsUntouched(run, s)).OrderBy(s => desk.Bind(s).UndoneFirst ? 0 : 1))
            {
                if (await desk.IsPauseAskedAsync(either.Token)) return await desk.PauseAsync("asked to pause on the way back", [], false, cancellation);
                at = step.Id;
                either.Token.ThrowIfCancellationRequested();
                if (RunDesk.Explain(step, await steps.UndoAsync(phase.Phase, step, run.Steps.Single(s => s.Id == step.Id), either.Token)) is var (reason, findings))
                    return await desk.PauseAsync(reason, findings, false, cancellation);
            }
            return null;
        }
        catch (Exception fault) when (fault is OperationCanceledException or TargetFaultException && desk.StepStop.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return await desk.PauseAsync($"step {at} was ended on the way back", [], false, cancellation);
        }
        catch (Exception fault) when (fault is OperationCanceledException or TargetFaultException && deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return await desk.PauseAsync($"{RunDesk.DeadlineOf(phase)} ended on the way back, in step {at}", [], false, cancellation);
        }
    }

    private bool IsIrreversible(StepSettings step) => step.Irreversible is not null || desk.Bind(step).Irreversible is not null;

    /// <summary>This run has done nothing of the step, or nothing of it is left.</summary>
    private static bool IsUntouched(RunbookRun run, StepSettings step) =>
        run.Steps.Single(s => s.Id == step.Id) is { Carried: true } or { State: StepState.Pending or StepState.Undone };
}
