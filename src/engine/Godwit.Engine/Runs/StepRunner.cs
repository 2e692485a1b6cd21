using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Figures;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>
/// Takes one step forward or back. Each change of its state is a transaction that the journal's entry belongs to; a step that is killed between two
/// of them is begun again, which its kind promises to bear.
/// </summary>
internal sealed class StepRunner
{
    /// <summary>What a step that keeps its time itself has beyond it: a command is asked to end, then ended.</summary>
    private static readonly TimeSpan s_ownLimit = TimeSpan.FromSeconds(15);

    private readonly IRunStore _store;
    private readonly RunnerOptions _options;
    private readonly Func<bool> _pauseRequested;
    private readonly FurthestProgress _progress;
    private readonly StepRetries _retries;
    private readonly StepNotes _notes;
    private readonly StepContexts _contexts;

    public StepRunner(IRunStore store, RunnerOptions options, RunFigures figures, Func<bool> pauseRequested)
    {
        (_store, _options, _pauseRequested) = (store, options, pauseRequested);
        var retries = new Retries(options.Time, options.Jitter);
        _progress = new FurthestProgress(options.Observer, figures);
        _retries = new StepRetries(retries, options, figures, _progress);
        _notes = new StepNotes(store, retries);
        _contexts = new StepContexts(store, options, _progress, pauseRequested);
        Joined = new JoinedSteps(store, options, _contexts, _retries);
    }

    /// <summary>Small steps that share a transaction.</summary>
    public JoinedSteps Joined { get; }

    /// <summary>Whether a result says that what was done is not what had to be.</summary>
    public bool VerificationFailed { get; private set; }

    public async Task<StepResult> ApplyAsync(Phase phase, StepSettings step, StepRow row, CancellationToken cancellation)
    {
        var state = row.State;
        if (state == StepState.Verified) return StepResult.Done;
        var bound = _contexts.Bind(step);
        var context = _contexts.Of(phase, step, "apply", row.TimesUndone);
        var decided = DecidedOnce(context, state);
        _options.Observer.StepBegins(step.Id, step.Title ?? step.Id, undo: false);
        _progress.Begin();
        if (state is StepState.Pending or StepState.Undone)
        {
            var fit = await _retries.RunAsync(c => LimitAsync(step, step.Timeout, t => bound.PrecheckAsync(context, t), c), cancellation);
            if (fit is not StepResult.Passed) return await _notes.RefuseAsync(step, "step-precheck-failed", fit, cancellation);
        }
        var verified = false;
        if (state != StepState.Applied || bound.AppliesAgain)
        {
            var atomic = bound as IAtomicStep;
            var applied = atomic is { IsAtomic: true }
                ? await RunInOneAsync(step, "step-applied", atomic.HasVerify ? StepState.Applied : StepState.Verified, atomic.Terms(context), (t, c) => atomic.ApplyAsync(context, t, c), cancellation)
                : await RunInPartsAsync(step, bound, StepState.Applying, StepState.Applied, "step-began", "step-applied", c => bound.ApplyAsync(decided(), c), cancellation);
            if (applied is not StepResult.Passed) return await _notes.RefuseAsync(step, "step-failed", applied, cancellation);
            verified = atomic is { IsAtomic: true, HasVerify: false };
        }
        if (!verified)
        {
            var seen = await _retries.RunAsync(c => LimitAsync(step, step.Timeout, t => bound.VerifyAsync(context, t), c), cancellation);
            if (seen is not StepResult.Passed passed)
            {
                VerificationFailed = seen is StepResult.Failed;
                return await _notes.RefuseAsync(step, "step-not-verified", seen, cancellation);
            }
            await _notes.SetAsync(step, StepState.Verified, "step-verified", passed.Evidence, cancellation);
        }
        _options.Observer.StepEnds(step.Id, undo: false);
        return StepResult.Done;
    }

    /// <summary>Looks again at a step that is done. Its state stays.</summary>
    public async Task<StepResult> VerifyAgainAsync(Phase phase, StepSettings step, StepRow row, CancellationToken cancellation)
    {
        var bound = _contexts.Bind(step);
        var context = _contexts.Of(phase, step, "apply", row.TimesUndone);
        var seen = await _retries.RunAsync(c => LimitAsync(step, step.Timeout, t => bound.VerifyAsync(context, t), c), cancellation);
        return seen is StepResult.Passed ? seen : await _notes.RefuseAsync(step, "step-not-verified", seen, cancellation);
    }

    public async Task<StepResult> UndoAsync(Phase phase, StepSettings step, StepRow row, CancellationToken cancellation)
    {
        var state = row.State;
        if (state is StepState.Pending or StepState.Undone) return StepResult.Done;
        var bound = _contexts.Bind(step);
        var context = _contexts.Of(phase, step, "undo", row.TimesUndone);
        var decided = DecidedOnce(context, state);
        _options.Observer.StepBegins(step.Id, step.Title ?? step.Id, undo: true);
        _progress.Begin();
        var undone = bound is IAtomicStep { IsAtomic: true } atomic
            ? await RunInOneAsync(step, "step-undone", StepState.Undone, atomic.Terms(context), (t, c) => atomic.UndoAsync(context, t, c), cancellation)
            : await RunInPartsAsync(step, bound, StepState.Undoing, StepState.Undone, "step-undo-began", "step-undone", c => bound.UndoAsync(decided(), c), cancellation);
        if (undone is not StepResult.Passed) return await _notes.RefuseAsync(step, "step-undo-failed", undone, cancellation);
        _options.Observer.StepEnds(step.Id, undo: true);
        return StepResult.Done;
    }

    private async Task<StepResult> RunInOneAsync(
        StepSettings step, string kind, StepState end, SessionTerms terms, Func<IRunTransaction, CancellationToken, Task<StepResult>> work, CancellationToken cancellation)
    {
        var again = false;
        try
        {
            var ended = await _retries.RunAsync(
                attempt => LimitAsync(
                    step,
                    step.Timeout,
                    c => _store.RecordAsync(
                        step.Id,
                        terms,
                        async (ledger, token) =>
                        {
                            // The answer to a commit can be lost after the commit: what was done then must not be done again.
                            if (again && await ledger.ReadStepAsync(step.Id, token) == end) return StepResult.Done;
                            again = true;
                            var result = await work(ledger, token);
                            // Thrown, so that what the step has done is rolled back with it.
                            if (result is not StepResult.Passed passed) throw new StepRefusal(result);
                            await ledger.SetStepAsync(step.Id, end, token);
                            await ledger.JournalAsync(kind, StepNotes.Body(step, passed.Evidence), token);
                            return result;
                        },
                        c),
                    attempt),
                cancellation);
            // Its time was over while it committed: the row knows whether it did.
            return ended is StepResult.Undecided && await _notes.ReadStateAsync(step, cancellation) == end ? StepResult.Done : ended;
        }
        catch (StepRefusal refusal)
        {
            return refusal.Result;
        }
    }

    private async Task<StepResult> RunInPartsAsync(
        StepSettings step, IStep bound, StepState during, StepState end, string beginKind, string endKind, Func<CancellationToken, Task<StepResult>> work, CancellationToken cancellation)
    {
        await _notes.SetAsync(step, during, beginKind, null, cancellation);
        var result = await _retries.RunAsync(c => LimitAsync(step, bound.KeepsTimeout ? step.Timeout + s_ownLimit : step.Timeout, work, c), cancellation);
        if (result is StepResult.Passed passed) await _notes.SetAsync(step, end, endKind, passed.Evidence, cancellation);
        // A step that stopped because somebody asked for a pause is where its progress says, as it would be after a crash.
        else if (result is StepResult.Undecided && !_pauseRequested()) await _notes.SetAsync(step, StepState.Unknown, "step-unknown", null, cancellation);
        return result;
    }

    /// <summary>An attempt that takes longer than the step may is ended, and nobody knows what it would have come to.</summary>
    private async Task<StepResult> LimitAsync(StepSettings step, TimeSpan? limit, Func<CancellationToken, Task<StepResult>> work, CancellationToken cancellation) =>
        await TimeLimit.RunAsync(limit, work, _options.Time, cancellation)
        ?? new StepResult.Undecided($"it took longer than its timeout of {DurationText.Write(step.Timeout!.Value)}, and was ended");

    /// <summary>A person's decision is about the statement that was found broken off, not about one that breaks off at a later attempt.</summary>
    private Func<StepContext> DecidedOnce(StepContext context, StepState found)
    {
        var decision = found is StepState.Applying or StepState.Undoing or StepState.Unknown ? _options.Unknown : null;
        return () =>
        {
            var decided = context with { Unknown = decision };
            decision = null;
            return decided;
        };
    }
}
