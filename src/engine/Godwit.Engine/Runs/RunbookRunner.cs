using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Engine.Gates;
using Godwit.Engine.Ledger;
using Godwit.Engine.Moves;
using Godwit.Engine.Rollback;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>
/// Carries a run forward or back, phase by phase, step by step. It keeps nothing in memory that the target does not have: killed at any point and
/// begun again, it goes on where the rows say.
/// </summary>
public sealed class RunbookRunner(IRunStore store, RunnerOptions options)
{
    private static readonly SessionTerms Notes = new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30));

    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>How soon a step that waits for hours hears of a pause that somebody asked for at another machine.</summary>
    private static readonly TimeSpan s_listen = TimeSpan.FromSeconds(2);

    private readonly Retries _retries = new(options.Time, options.Jitter);
    private volatile bool _pauseAsked;
    private long? _lastAsked;

    /// <summary>Asks the runner to stop after the part at hand. Callable from any thread.</summary>
    public void AskToPause() => _pauseAsked = true;

    /// <summary>Goes on to the end of observe, or with <paramref name="finish"/> through contract.</summary>
    /// <param name="finish">Whether the old is to be removed now.</param>
    /// <param name="cancellation">Stops after the part at hand.</param>
    /// <param name="early">Why the old goes before its time (<see cref="Model.Runbooks.RunbookPlan.KeepOld"/>); null keeps to it.</param>
    public Task<RunbookOutcome> ForwardAsync(bool finish, CancellationToken cancellation, string? early = null) =>
        GuardAsync(token => GoForwardAsync(finish, early, token), cancellation);

    /// <summary>Undoes every phase after <paramref name="to"/>, or all of them, the last first.</summary>
    /// <param name="to">The phase that stays; null for none.</param>
    /// <param name="cancellation">Stops after the part at hand.</param>
    /// <param name="request">Who asks, held against the decision matrix; null for Godwit's own rollback, and for one that goes on.</param>
    public Task<RunbookOutcome> RollBackAsync(Phase? to, CancellationToken cancellation, RollbackRequest? request = null) => GuardAsync(token => GoBackAsync(to, request, token), cancellation);

    /// <summary>Gives the run up as it is.</summary>
    public Task<RunbookOutcome> AbortAsync(CancellationToken cancellation) => GuardAsync(
        async token =>
        {
            await LeaveAsync(RunbookState.Aborted, reason: null, "run-aborted", token);
            return new RunbookOutcome.Reached(RunbookState.Aborted);
        },
        cancellation);

    private async Task<RunbookOutcome> GoForwardAsync(bool finish, string? early, CancellationToken cancellation)
    {
        if (await new FormerEffects(store, options, () => _pauseAsked).OutwaitAsync(cancellation) is { } waiting) return await PauseAsync(waiting, [], false, cancellation);
        var run = await store.ReadAsync(cancellation);
        if (run.RollingBack) return Refuse("the run is on its way back", "`godwit rollback` goes on with that.");
        if (run.Recheck && await RecheckAsync(run, cancellation) is { } differs) return differs;
        if (finish && store.Plan.Phases.Any(p => p.Phase != Phase.Contract && !run.Phases.Any(r => r.Phase == p.Phase && r.EndedAt is not null))) return Refuse("there are phases before contract that are not done", "`godwit resume` goes on with them.");
        if (finish && !HasBegun(run, Phase.Contract) && run.Phases.Max(p => p.EndedAt) + store.Plan.KeepOld is { } until && until > run.Now)
        {
            if (early is null) return Refuse($"the old is kept until {until.UtcDateTime:yyyy-MM-dd HH:mm}Z (retention.keep_old)", "Wait, or say why not with --early REASON; the reason goes into the journal.");
            await NoteAsync("finish-early", Phase.Contract, (_, _) => Task.CompletedTask, cancellation, new JsonObject { ["reason"] = early });
        }
        foreach (var phase in store.Plan.Phases.Where(p => p.Phase == Phase.Contract == finish))
        {
            if (run.Phases.Any(p => p.Phase == phase.Phase && p.EndedAt is not null)) continue;
            if (await RunPhaseAsync(run, phase, cancellation) is { } stopped) return stopped;
            run = await store.ReadAsync(cancellation);
        }
        var over = finish || store.Plan.Phases.All(p => p.Phase != Phase.Contract);
        var state = over ? RunbookState.Finished : RunbookState.Complete;
        await LeaveAsync(state, reason: null, over ? "run-finished" : "run-complete", cancellation);
        return new RunbookOutcome.Reached(state);
    }

    /// <summary>Looks again at every step that a restored target says is done: null once all of them are there.</summary>
    private async Task<RunbookOutcome?> RecheckAsync(RunbookRun run, CancellationToken cancellation)
    {
        var steps = new StepRunner(store, options, () => _pauseAsked);
        var done = store.Plan.Phases.SelectMany(p => p.Steps.Select(s => (p.Phase, Step: s))).Where(s => run.Steps.Single(r => r.Id == s.Step.Id) is { Carried: false, State: StepState.Verified }).ToList();
        options.Observer.Note($"looks again at {done.Count} steps that are done");
        foreach (var (phase, step) in done)
        {
            if (await IsPauseAskedAsync(cancellation)) return await PauseAsync("asked to pause", [], false, cancellation);
            if (Explain(step, await steps.VerifyAgainAsync(phase, step, cancellation)) is not var (reason, findings)) continue;
            return await PauseAsync(
                $"after a restore, {reason}",
                [.. findings, Finding.Error(FindingCodes.NotConfirmed, $"step {step.Id} is done, says the target, and is not there when looked at", step.Place, "Mend it, then `godwit resume` looks again; or `godwit rollback`.")],
                verificationFailed: true, cancellation);
        }
        await NoteAsync("rewind-verified", null, (ledger, token) => ledger.EndRecheckAsync(token), cancellation, new JsonObject { ["steps"] = done.Count });
        return null;
    }

    /// <summary>Null once the phase is done.</summary>
    private async Task<RunbookOutcome?> RunPhaseAsync(RunbookRun run, PhaseSettings phase, CancellationToken cancellation)
    {
        options.Observer.PhaseBegins(phase.Phase);
        if (!HasBegun(run, phase.Phase))
        {
            if (await AskGatesAsync(phase, cancellation) is { } closed) return await PauseAsync(closed, [], false, cancellation);
            var catalog = await store.ReadCatalogAsync(cancellation);
            var before = run.Phases.Count == 0 ? await StateBefore.TakeAsync(store, options, catalog.Hash, cancellation) : null;
            await NoteAsync(
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
            if (store.Before is not { State: RunbookState.Paused, Reason: { } reason } || !reason.StartsWith(DeadlineOf(phase), StringComparison.Ordinal)) return await PauseAsync(DeadlineOf(phase) + " is over", [], false, cancellation);
            await NoteAsync("deadline-extended", phase.Phase, (ledger, token) => ledger.ExtendPhaseAsync(phase.Phase, token), cancellation);
            left = phase.Deadline;
        }
        using var deadline = Limit(left);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        var at = "";
        try
        {
            if (await RunStepsAsync(run, phase, id => at = id, either.Token) is { } stopped) return stopped;
        }
        catch (Exception fault) when (fault is OperationCanceledException or TargetFaultException && deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return await PauseAsync($"{DeadlineOf(phase)} ended in step {at}", [], false, cancellation);
        }
        var after = await store.ReadCatalogAsync(cancellation);
        await NoteAsync("phase-ended", phase.Phase, (ledger, token) => ledger.EndPhaseAsync(phase.Phase, after, token), cancellation, new JsonObject { ["catalog"] = after.Hash });
        return null;
    }

    /// <summary>Null once every step is done.</summary>
    private async Task<RunbookOutcome?> RunStepsAsync(RunbookRun run, PhaseSettings phase, Action<string> begins, CancellationToken cancellation)
    {
        var steps = new StepRunner(store, options, () => _pauseAsked);
        var states = run.Steps.ToDictionary(s => s.Id, s => s.State, StringComparer.Ordinal);
        // Of steps that failed together, how many are still to be taken one by one.
        var alone = 0;
        for (var i = 0; i < phase.Steps.Count; i++)
        {
            var step = phase.Steps[i];
            if (states[step.Id] == StepState.Verified) continue;
            if (await IsPauseAskedAsync(cancellation)) return await PauseAsync("asked to pause", [], false, cancellation);
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
            if (Explain(step, result) is var (reason, findings)) return await PauseAsync(reason, findings, steps.VerificationFailed, cancellation);
        }
        return null;
    }

    private async Task<RunbookOutcome> GoBackAsync(Phase? to, RollbackRequest? request, CancellationToken cancellation)
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
                FindingCodes.CannotUndo, $"step {s.Id} cannot be undone: {s.Irreversible ?? options.Kinds.Bind(s, store.Plan.Files).Irreversible}", s.Place,
                remedy))]);
        }
        if (await new FormerEffects(store, options, () => _pauseAsked).OutwaitAsync(cancellation) is { } waiting) return await PauseAsync(waiting, [], false, cancellation);
        if (!run.RollingBack || run.RollingBackTo != to)
        {
            // One that goes on was decided when it began.
            if (request is not null && RollbackDecision.Judge(run, request) is { Count: > 0 } missing) return new RunbookOutcome.Refused(missing);
            await NoteAsync(
                "rollback-began", to,
                async (ledger, token) =>
                {
                    await ledger.SetDirectionAsync(true, to, token);
                    await ledger.JournalAsync(RollbackDecision.JournalKind, RollbackDecision.Note(run, request), token);
                },
                cancellation);
        }
        foreach (var phase in phases.Where(p => HasBegun(run, p.Phase)))
        {
            options.Observer.PhaseBegins(phase.Phase);
            if (await UndoStepsAsync(run, phase, cancellation) is { } stopped) return stopped;
            var before = run.Phases.Single(p => p.Phase == phase.Phase).Catalog;
            if ((await store.ReadCatalogAsync(cancellation)).Hash != before)
            {
                return await PauseAsync(
                    $"{PhaseNames.Of(phase.Phase)} is undone, but the schema is not what it was before",
                    [Finding.Error(FindingCodes.NotAsBefore, $"after undoing {PhaseNames.Of(phase.Phase)} the target's catalog differs from what it was when the phase began", null, "Compare the schemas; `godwit abort` ends the run as it is.")],
                    verificationFailed: true,
                    cancellation);
            }
            await NoteAsync("phase-undone", phase.Phase, (ledger, token) => ledger.ForgetPhaseAsync(phase.Phase, token), cancellation, new JsonObject { ["catalog"] = before });
        }
        if (to is null)
        {
            if (await CheckRollbackAsync(cancellation) is { } unverified) return unverified;
            await LeaveAsync(RunbookState.RolledBack, reason: null, "run-rolled-back", cancellation);
            return new RunbookOutcome.Reached(RunbookState.RolledBack);
        }
        await NoteAsync("rollback-ended", to, (ledger, token) => ledger.SetDirectionAsync(false, null, token), cancellation);
        await LeaveAsync(RunbookState.Paused, $"rolled back to the end of {PhaseNames.Of(to.Value)}", "run-paused", cancellation);
        return new RunbookOutcome.Reached(RunbookState.RolledBack) { Part = true };
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
        await NoteAsync(RollbackChecklist.JournalKind, null, (_, _) => Task.CompletedTask, cancellation, RollbackChecklist.Note(outcomes));
        var findings = RollbackChecklist.Findings(outcomes);
        return findings.Count == 0 ? null : await PauseAsync(
            $"rolled back, but not verified: {CheckOutcome.Describe(outcomes.Where(o => o.Stops))}", findings, verificationFailed: true, cancellation);
    }

    /// <summary>
    /// Null once every step is undone. A phase may take as long to undo as it may take to do, from when this runner begins with it: whoever asks again for a way back that
    /// took too long gives it as much time again.
    /// </summary>
    private async Task<RunbookOutcome?> UndoStepsAsync(RunbookRun run, PhaseSettings phase, CancellationToken cancellation)
    {
        var steps = new StepRunner(store, options, () => _pauseAsked);
        using var deadline = Limit(phase.Deadline);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        var at = "";
        try
        {
            foreach (var step in phase.Steps.Reverse().Where(s => !IsUntouched(run, s)))
            {
                if (await IsPauseAskedAsync(either.Token)) return await PauseAsync("asked to pause on the way back", [], false, cancellation);
                at = step.Id;
                either.Token.ThrowIfCancellationRequested();
                if (Explain(step, await steps.UndoAsync(phase.Phase, step, StateOf(run, step), either.Token)) is var (reason, findings))
                    return await PauseAsync(reason, findings, false, cancellation);
            }
            return null;
        }
        catch (Exception fault) when (fault is OperationCanceledException or TargetFaultException && deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return await PauseAsync($"{DeadlineOf(phase)} ended on the way back, in step {at}", [], false, cancellation);
        }
    }

    private static string DeadlineOf(PhaseSettings phase) => $"the deadline of {PhaseNames.Of(phase.Phase)} ({DurationText.Write(phase.Deadline)})";

    private CancellationTokenSource Limit(TimeSpan left) => new(left < TimeLimit.Longest ? left : TimeLimit.Longest, options.Time);

    /// <summary>Why a gate stays closed; null when all are open.</summary>
    private async Task<string?> AskGatesAsync(PhaseSettings phase, CancellationToken cancellation)
    {
        string? closed = null;
        foreach (var gate in phase.Gates)
        {
            var context = new GateContext { Run = store.Run, Gate = gate, Phase = phase.Phase, Target = store, Folder = options.Folder, Time = options.Time, Environment = options.Environment, CheckSources = options.CheckSources };
            var verdict = await TimeLimit.RunAsync(phase.Deadline, token => options.Kinds.Gate(gate.Kind).Bind(gate, store.Plan.Files).EvaluateAsync(context, token), options.Time, cancellation)
                ?? new GateVerdict(GateState.Inconclusive, $"it did not decide within {DeadlineOf(phase)}");
            options.Observer.Gate(gate.Id, verdict);
            await NoteAsync(
                GateNote.JournalKind, phase.Phase, (ledger, token) => ledger.AddGateAsync(phase.Phase, gate.Id, verdict, token), cancellation,
                GateNote.Of(gate.Id, verdict));
            if (verdict.State != GateState.Pass) closed ??= $"gate {gate.Id} of {PhaseNames.Of(phase.Phase)}: {verdict.State}: {verdict.Summary}";
        }
        return closed;
    }

    /// <summary>Asks the target at most twice a second: a thousand small steps are not to ask a thousand times.</summary>
    private async Task<bool> IsPauseAskedAsync(CancellationToken cancellation)
    {
        if (_pauseAsked || (_lastAsked is { } at && options.Time.GetElapsedTime(at) < AskInterval)) return _pauseAsked;
        _lastAsked = options.Time.GetTimestamp();
        if (!_pauseAsked && await store.ReadRequestAsync(cancellation) == RunRequest.Pause) _pauseAsked = true;
        return _pauseAsked;
    }

    private Task<bool> LeaveAsync(RunbookState state, string? reason, string journalKind, CancellationToken cancellation) => _retries.RunAsync(
        async token =>
        {
            await store.LeaveAsync(state, reason, journalKind, token);
            return true;
        },
        null,
        cancellation);

    private async Task<RunbookOutcome> PauseAsync(string reason, IReadOnlyList<Finding> findings, bool verificationFailed, CancellationToken cancellation)
    {
        await LeaveAsync(RunbookState.Paused, reason, "run-paused", cancellation);
        return new RunbookOutcome.Paused(reason, findings, verificationFailed);
    }

    private static (string Reason, IReadOnlyList<Finding> Findings)? Explain(StepSettings step, StepResult result) => result switch
    {
        StepResult.Failed failed => ($"step {step.Id}: {failed.Findings[0].Message}", failed.Findings),
        StepResult.Undecided undecided => ($"step {step.Id}: {undecided.Reason}", []),
        _ => null,
    };

    private Task<bool> NoteAsync(
        string kind, Phase? phase, Func<IRunLedger, CancellationToken, Task> work, CancellationToken cancellation, JsonObject? more = null) =>
        store.RecordAsync(
            step: null,
            Notes,
            async (ledger, token) =>
            {
                await work(ledger, token);
                var body = more is null ? [] : (JsonObject)more.DeepClone();
                if (phase is { } named) body["phase"] = PhaseNames.Of(named);
                await ledger.JournalAsync(kind, body, token);
                return true;
            },
            cancellation);

    private bool IsIrreversible(StepSettings step) => step.Irreversible is not null || options.Kinds.Bind(step, store.Plan.Files).Irreversible is not null;

    /// <summary>This run has done nothing of the step, or nothing of it is left.</summary>
    private static bool IsUntouched(RunbookRun run, StepSettings step) =>
        run.Steps.Single(s => s.Id == step.Id) is { Carried: true } or { State: StepState.Pending or StepState.Undone };

    private static StepState StateOf(RunbookRun run, StepSettings step) => run.Steps.Single(s => s.Id == step.Id).State;

    private static bool HasBegun(RunbookRun run, Phase phase) => run.Phases.Any(p => p.Phase == phase);

    private static RunbookOutcome.Refused Refuse(string message, string remedy) => new([Finding.Error(FindingCodes.RunStateForbids, message, null, remedy)]);

    /// <summary>A fault that trying again does not mend pauses the run with its reason; a lost lease ends this runner without a trace.</summary>
    private async Task<RunbookOutcome> GuardAsync(Func<CancellationToken, Task<RunbookOutcome>> work, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, store.LeaseLost);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(either.Token);
        var listening = ListenAsync(over.Token);
        try
        {
            var outcome = await work(either.Token);
            if (outcome is not RunbookOutcome.Refused) return outcome;
            // One that was found dead is not run on by being asked for something else.
            var (state, reason) = store.Before is { State: RunbookState.Running } ? (RunbookState.Paused, "its runner was gone") : store.Before;
            await LeaveAsync(state, reason, "refused", either.Token);
            return outcome;
        }
        catch (TargetRewoundException rewound)
        {
            // Nothing more is written: the lease in this target is another past's.
            return new RunbookOutcome.Paused(rewound.Message, [LedgerFindings.Of(rewound)]);
        }
        catch (LedgerException fault)
        {
            return await PauseAsync(fault.Message, [LedgerFindings.Unusable(fault)], false, cancellation);
        }
        catch (Exception fault) when (fault is not LeaseLostException && !cancellation.IsCancellationRequested)
        {
            // A successor ends its predecessor's sessions: from here that looks like a broken connection.
            if (await store.IsTakenOverAsync()) throw new LeaseLostException();
            if (fault is OperationCanceledException && store.LeaseLost.IsCancellationRequested) throw new TargetSilentException();
            if (fault is not TargetFaultException { Fault: not TargetFault.ConnectionLost } refused) throw;
            var finding = Finding.Error(FindingCodes.StatementFailed, refused.Message + (refused.SqlState is null ? "" : $" (SQLSTATE {refused.SqlState})"));
            return await PauseAsync(refused.Message, [finding], false, cancellation);
        }
        finally
        {
            await over.CancelAsync();
            await listening;
        }
    }

    /// <summary>Asks the target while a step is at work; between steps it is asked anyway.</summary>
    private async Task ListenAsync(CancellationToken cancellation)
    {
        while (!_pauseAsked && !cancellation.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(s_listen, options.Time, cancellation);
                if (await store.ReadRequestAsync(cancellation) == RunRequest.Pause) _pauseAsked = true;
            }
            catch (Exception e) when (e is OperationCanceledException or TargetFaultException)
            {
                // A target that does not answer is the business of the step at hand, and of the lease.
            }
        }
    }
}
