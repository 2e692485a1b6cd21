using System.Text.Json.Nodes;
using Godwit.Engine.Gates;
using Godwit.Engine.Rollback;
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
        if (await desk.FormerEffects().OutwaitAsync(cancellation) is { } waiting) return await desk.PauseAsync(waiting, [], false, cancellation);
        var run = await store.ReadAsync(cancellation);
        if (run.RollingBack) return Refuse("the run is on its way back", "`godwit rollback` goes on with that.");
        if (run.Recheck && await RecheckAsync(run, cancellation) is { } differs) return differs;
        if (finish && store.Plan.Phases.Any(p => p.Phase != Phase.Contract && !run.Phases.Any(r => r.Phase == p.Phase && r.EndedAt is not null))) return Refuse("there are phases before contract that are not done", "`godwit resume` goes on with them.");
        if (finish && !RunDesk.HasBegun(run, Phase.Contract) && run.Phases.Max(p => p.EndedAt) + store.Plan.KeepOld is { } until && until > run.Now)
        {
            if (early is null) return Refuse($"the old is kept until {until.UtcDateTime:yyyy-MM-dd HH:mm}Z (retention.keep_old)", "Wait, or say why not with --early REASON; the reason goes into the journal.");
            await desk.NoteAsync("finish-early", Phase.Contract, (_, _) => Task.CompletedTask, cancellation, new JsonObject { ["reason"] = early });
        }
        foreach (var phase in store.Plan.Phases.Where(p => p.Phase == Phase.Contract == finish))
        {
            if (run.Phases.Any(p => p.Phase == phase.Phase && p.EndedAt is not null)) continue;
            if (await RunPhaseAsync(run, phase, cancellation) is { } stopped) return stopped;
            run = await store.ReadAsync(cancellation);
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
            if (RunDesk.Explain(step, await steps.VerifyAgainAsync(phase, step, cancellation)) is not var (reason, findings)) continue;
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
        if (!RunDesk.HasBegun(run, phase.Phase))
        {
            if (await AskGatesAsync(phase, cancellation) is { } closed) return await desk.PauseAsync(closed, [], false, cancellation);
            var catalog = await store.ReadCatalogAsync(cancellation);
            var before = run.Phases.Count == 0 ? await StateBefore.TakeAsync(store, options, catalog.Hash, cancellation) : null;
            await desk.NoteAsync(
                "phase-began", phase.Phase,
                async (ledger, token) =>
                {
                    await ledger.BeginPhaseAsync(phase.Phase, catalog, token);
                    if (before is not null) await ledger.JournalAsync(StateBefore.JournalKind, before.Write(), token);
                },
                cancellation, new JsonObject { ["catalog"] = catalog.Hash });
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
        using var deadline = desk.Limit(left);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        var at = "";
        try
        {
            if (await RunStepsAsync(run, phase, id => at = id, either.Token) is { } stopped) return stopped;
        }
        catch (Exception fault) when (fault is OperationCanceledException or TargetFaultException && deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return await desk.PauseAsync($"{RunDesk.DeadlineOf(phase)} ended in step {at}", [], false, cancellation);
        }
        var after = await store.ReadCatalogAsync(cancellation);
        await desk.NoteAsync("phase-ended", phase.Phase, (ledger, token) => ledger.EndPhaseAsync(phase.Phase, after, token), cancellation, new JsonObject { ["catalog"] = after.Hash });
        return null;
    }

    /// <summary>Null once every step is done.</summary>
    private async Task<RunbookOutcome?> RunStepsAsync(RunbookRun run, PhaseSettings phase, Action<string> begins, CancellationToken cancellation)
    {
        var steps = desk.Steps();
        var states = run.Steps.ToDictionary(s => s.Id, s => s.State, StringComparer.Ordinal);
        // Of steps that failed together, how many are still to be taken one by one.
        var alone = 0;
        for (var i = 0; i < phase.Steps.Count; i++)
        {
            var step = phase.Steps[i];
            if (states[step.Id] == StepState.Verified) continue;
            if (await desk.IsPauseAskedAsync(cancellation)) return await desk.PauseAsync(RunDesk.AskedToPause, [], false, cancellation);
            begins(step.Id);
            cancellation.ThrowIfCancellationRequested();
            if (alone == 0 && steps.CountJoined(phase.Phase, [.. phase.Steps.Skip(i).Take(StepRunner.MostJoined)], id => states[id]) is > 1 and var together)
            {
                if (await steps.ApplyJoinedAsync(phase.Phase, [.. phase.Steps.Skip(i).Take(together)], cancellation)) i += together - 1;
                else (alone, i) = (together, i - 1);
                continue;
            }
            alone = Math.Max(0, alone - 1);
            var result = await steps.ApplyAsync(phase.Phase, step, states[step.Id], cancellation);
            if (RunDesk.Explain(step, result) is var (reason, findings)) return await desk.PauseAsync(reason, findings, steps.VerificationFailed, cancellation);
        }
        return null;
    }

    /// <summary>Why a gate stays closed; null when all are open.</summary>
    private async Task<string?> AskGatesAsync(PhaseSettings phase, CancellationToken cancellation)
    {
        string? closed = null;
        foreach (var gate in phase.Gates)
        {
            if (options.Rehearsal?.Asks(gate, options.Kinds.Gate(gate.Kind)) == false)
            {
                await desk.NoteAsync("gate-not-asked", phase.Phase, (_, _) => Task.CompletedTask, cancellation, new JsonObject { ["gate"] = gate.Id, ["kind"] = gate.Kind });
                continue;
            }
            var context = new GateContext { Run = store.Run, Gate = gate, Phase = phase.Phase, Target = store, Folder = options.Folder, Time = options.Time, Environment = options.Environment, CheckSources = options.CheckSources, Backups = store.Plan.Backups, Rehearsal = options.Rehearsal };
            var verdict = await TimeLimit.RunAsync(phase.Deadline, token => options.Kinds.Gate(gate.Kind).Bind(gate, store.Plan.Files).EvaluateAsync(context, token), options.Time, cancellation)
                ?? new GateVerdict(GateState.Inconclusive, $"it did not decide within {RunDesk.DeadlineOf(phase)}");
            options.Observer.Gate(gate.Id, verdict);
            await desk.NoteAsync(
                GateNote.JournalKind, phase.Phase, (ledger, token) => ledger.AddGateAsync(phase.Phase, gate.Id, verdict, token), cancellation,
                GateNote.Of(gate.Id, verdict));
            if (verdict.State != GateState.Pass) closed ??= $"gate {gate.Id} of {PhaseNames.Of(phase.Phase)}: {verdict.State}: {verdict.Summary}";
        }
        return closed;
    }

    private static RunbookOutcome.Refused Refuse(string message, string remedy) => new([Finding.Error(FindingCodes.RunStateForbids, message, null, remedy)]);
}
