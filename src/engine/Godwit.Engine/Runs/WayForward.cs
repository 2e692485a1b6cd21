using System.Text.Json.Nodes;
using Godwit.Engine.Estimates;
using Godwit.Engine.Gates;
using Godwit.Engine.Notices;
using Godwit.Engine.Rollback;
using Godwit.Engine.Tripwires;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>A run forward: gates, phases, steps.</summary>
internal sealed class WayForward(RunDesk desk)
{
    private readonly IRunStore store = desk.Store;
    private readonly RunnerOptions options = desk.Options;

    /// <param name="finish">Whether contract is carried out, or what comes before it.</param>
    /// <param name="early">Why the old goes before its time; null keeps to it.</param>
    /// <param name="cancellation">Stops after the part at hand.</param>
    public async Task<RunbookOutcome> GoAsync(bool finish, string? early, CancellationToken cancellation)
    {
        if (await desk.EffectsUnderWay().OutwaitAsync(cancellation) is { } waiting) return await desk.PauseAsync(waiting, [], false, cancellation);
        var run = await store.ReadAsync(cancellation);
        if (run.RollingBack) return Refuse("the run is on its way back", "`godwit rollback` goes on with that.");
        if (desk.Watch?.Unfollowed is { } unfollowed) return new RunbookOutcome.TurnsBack(unfollowed);
        if (run.Recheck && await RecheckAsync(run, cancellation) is { } differs) return differs;
        if (finish && store.Plan.Phases.Any(p => p.Phase != Phase.Contract && !run.Phases.Any(r => r.Phase == p.Phase && r.EndedAt is not null))) return Refuse("there are phases before contract that are not done", "`godwit resume` goes on with them.");
        if (finish && !RunDesk.HasBegun(run, Phase.Contract) && run.Phases.Max(p => p.EndedAt) + store.Plan.KeepOld is { } until && until > run.Now)
        {
            if (early is null) return Refuse($"the old is kept until {until.UtcDateTime:yyyy-MM-dd HH:mm}Z (retention.keep_old)", "Wait, or say why not with --early REASON; the reason goes into the journal.");
            await desk.NoteAsync("finish-early", Phase.Contract, (_, _) => Task.CompletedTask, cancellation, new JsonObject { ["reason"] = early });
        }
        if (run.Phases.Count == 0 && desk.Watch is { } watch && await watch.MeasureAsync(() => desk.IsPauseAskedAsync(cancellation), cancellation) is var (reason, finding))
            return await desk.PauseAsync(reason, [finding], false, cancellation);
        foreach (var phase in store.Plan.Phases.Where(p => p.Phase == Phase.Contract == finish))
        {
            if (run.Phases.Any(p => p.Phase == phase.Phase && p.EndedAt is not null)) continue;
            if (await RunPhaseAsync(run, phase, cancellation) is { } stopped) return stopped;
            run = await store.ReadAsync(cancellation);
        }
        // What fires from here on finds the run let go of, as it would be a moment later.
        if (desk.Watch is { } ending)
        {
            await ending.EndAsync();
            if (ending.Tripped is not null) return await desk.PauseAsync("", [], false, cancellation);
        }
        var over = finish || store.Plan.Phases.All(p => p.Phase != Phase.Contract);
        var state = over ? RunbookState.Finished : RunbookState.Complete;
        await desk.LeaveAsync(state, reason: null, over ? "run-finished" : "run-complete", cancellation);
        return new RunbookOutcome.Reached(state);
    }

    /// <summary>Looks again at every step that a restored target says is done: null once all of them are there.</summary>
    private async Task<RunbookOutcome?> RecheckAsync(RunbookRun run, CancellationToken cancellation)
    {
        var steps = desk.Steps();
        var done = store.Plan.Phases.SelectMany(p => p.Steps.Select(s => (p.Phase, Step: s))).Where(s => run.Steps.Single(r => r.Id == s.Step.Id) is { Carried: false, State: StepState.Verified }).ToList();
        options.Observer.Note($"looks again at {done.Count} steps that are done");
        foreach (var (phase, step) in done)
        {
            if (await desk.IsPauseAskedAsync(cancellation)) return await desk.PauseAsync(RunDesk.AskedToPause, [], false, cancellation);
            if (RunDesk.Explain(step, await steps.VerifyAgainAsync(phase, step, run.Steps.Single(r => r.Id == step.Id), cancellation)) is not var (reason, findings)) continue;
            return await desk.PauseAsync(
                $"after a restore, {reason}",
                [.. findings, Finding.Error(FindingCodes.NotConfirmed, $"step {step.Id} is done, says the target, and is not there when looked at", step.Place, "Mend it, then `godwit resume` looks again; or `godwit rollback`.")],
                verificationFailed: true, cancellation);
        }
        await desk.NoteAsync("rewind-verified", null, (ledger, token) => ledger.EndRecheckAsync(token), cancellation, new JsonObject { ["steps"] = done.Count });
        return null;
    }

    /// <summary>Null once the phase is done.</summary>
    private async Task<RunbookOutcome?> RunPhaseAsync(RunbookRun run, PhaseSettings phase, CancellationToken cancellation)
    {
        options.Observer.PhaseBegins(phase.Phase);
        var window = new PhaseWindow(desk, phase);
        if (await window.WaitAsync(RunDesk.HasBegun(run, phase.Phase), cancellation) is { } waited) return await desk.PauseAsync(waited, [], false, cancellation);
        if (!RunDesk.HasBegun(run, phase.Phase))
        {
            if (desk.Watch?.Warnings is { Count: > 0 } warnings) return await StopForAsync(warnings, phase.Phase, cancellation);
            if (await new PhaseGates(desk).AskAsync(phase, cancellation) is var (closed, findings)) return await desk.PauseAsync(closed, findings, false, cancellation);
            var (unsent, note) = await RequiredNotices.AnnounceAsync(desk, phase.Phase, cancellation);
            if (unsent is not null) return await desk.PauseAsync(unsent, [], false, cancellation);
            var catalog = await store.ReadCatalogAsync(cancellation);
            note["catalog"] = catalog.Hash;
            var before = run.Phases.Count == 0 ? await StateBefore.TakeAsync(store, options, catalog.Hash, cancellation) : null;
            await desk.NoteAsync(
                "phase-began", phase.Phase,
                async (ledger, token) =>
                {
                    await ledger.BeginPhaseAsync(phase.Phase, catalog, token);
                    if (before is not null) await ledger.JournalAsync(StateBefore.JournalKind, before.Write(), token);
                },
                cancellation, note);
            run = await store.ReadAsync(cancellation);
        }
        var left = phase.Deadline - (run.Now - run.Phases.Single(p => p.Phase == phase.Phase).CountsFrom);
        if (left <= TimeSpan.Zero)
        {
            // Whoever goes on with a run that paused for its deadline was told, and gives it as much time again.
            if (store.Before is not { State: RunbookState.Paused, Reason: { } reason } || !reason.StartsWith(RunDesk.DeadlineOf(phase), StringComparison.Ordinal)) return await desk.PauseAsync(RunDesk.DeadlineOf(phase) + " is over", [], false, cancellation);
            await desk.NoteAsync("deadline-extended", phase.Phase, (ledger, token) => ledger.ExtendPhaseAsync(phase.Phase, token), cancellation);
            left = phase.Deadline;
        }
        var (limit, until) = await window.LeftAsync(cancellation) is { } shorter && shorter.Left < left ? shorter : (left, RunDesk.DeadlineOf(phase));
        if (limit <= TimeSpan.Zero) return await desk.PauseAsync(until + " has ended", [], false, cancellation);
        desk.Watch?.Enter(phase.Phase, back: false);
        using var deadline = desk.Limit(limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token, desk.StepStop);
        var at = "";
        try
        {
            if (await RunStepsAsync(run, phase, id => at = id, either.Token) is { } stopped) return stopped;
            at = "the end of the phase";
            if (desk.Watch is { } watch) await watch.SettleAsync(NextOf(phase.Phase), () => desk.IsPauseAskedAsync(either.Token), either.Token);
            if (await desk.IsPauseAskedAsync(either.Token)) return await desk.PauseAsync("asked to pause", [], false, cancellation);
        }
        catch (Exception fault) when (fault is OperationCanceledException or TargetFaultException && desk.StepStop.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return await desk.PauseAsync($"step {at} was ended", [], false, cancellation);
        }
        catch (Exception fault) when (fault is OperationCanceledException or TargetFaultException && deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return await desk.PauseAsync($"{until} ended in step {at}", [], false, cancellation);
        }
        var after = await store.ReadCatalogAsync(cancellation);
        await desk.NoteAsync("phase-ended", phase.Phase, (ledger, token) => ledger.EndPhaseAsync(phase.Phase, after, token), cancellation, new JsonObject { ["catalog"] = after.Hash });
        return null;
    }

    /// <summary>The phase that follows in the same way; null when the way ends with this one.</summary>
    private Phase? NextOf(Phase phase) => phase == Phase.Contract ? null : store.Plan.Phases.Select(p => p.Phase).Where(p => p > phase && p != Phase.Contract).Select(p => (Phase?)p).FirstOrDefault();

    /// <summary>A warning stops the run before its next phase until somebody has looked.</summary>
    private Task<RunbookOutcome> StopForAsync(IReadOnlyList<TripwireRow> warnings, Phase phase, CancellationToken cancellation) => desk.PauseAsync(
        $"before {PhaseNames.Of(phase)}, a warning that nobody has looked at: {warnings[0].Fired!.Reason}",
        [.. warnings.Select(w => Finding.Warning(FindingCodes.TripwireWarned, w.Fired!.Reason, null, "Look at it, then `godwit resume --seen`."))], false, cancellation);

    /// <summary>Null once every step is done.</summary>
    private async Task<RunbookOutcome?> RunStepsAsync(RunbookRun run, PhaseSettings phase, Action<string> begins, CancellationToken cancellation)
    {
        var steps = desk.Steps();
        var rows = run.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        // Of steps that failed together, how many are still to be taken one by one.
        var alone = 0;
        for (var i = 0; i < phase.Steps.Count; i++)
        {
            var step = phase.Steps[i];
            if (rows[step.Id].State == StepState.Verified) continue;
            if (await desk.IsPauseAskedAsync(cancellation)) return await desk.PauseAsync(RunDesk.AskedToPause, [], false, cancellation);
            begins(step.Id);
            cancellation.ThrowIfCancellationRequested();
            if (alone == 0 && steps.Joined.Count(phase.Phase, [.. phase.Steps.Skip(i).Take(JoinedSteps.Most)], id => rows[id]) is > 1 and var together)
            {
                if (await steps.Joined.ApplyAsync(phase.Phase, [.. phase.Steps.Skip(i).Take(together)], id => rows[id], cancellation)) i += together - 1;
                else (alone, i) = (together, i - 1);
                continue;
            }
            alone = Math.Max(0, alone - 1);
            var result = await steps.ApplyAsync(phase.Phase, step, rows[step.Id], cancellation);
            if (RunDesk.Explain(step, result) is not var (reason, findings)) continue;
            // What the step has just told of itself is looked at before the run stops for it.
            if (desk.Watch is { } watch) await watch.SettleAsync(phase.Phase, () => Task.FromResult(false), cancellation);
            return await desk.PauseAsync(reason, findings, steps.VerificationFailed, cancellation);
        }
        return null;
    }

    private static RunbookOutcome.Refused Refuse(string message, string remedy) => new([Finding.Error(FindingCodes.RunStateForbids, message, null, remedy)]);
}
