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
internal sealed class StepRunner(IRunStore store, RunnerOptions options, RunFigures figures, Func<bool> pauseRequested)
{
    private static readonly SessionTerms Notes = new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30));

    private const int LongestReason = 4000;

    /// <summary>Steps of one transaction: enough for the wait for the disk not to count, few enough to do again.</summary>
    public const int MostJoined = 50;

    /// <summary>What a step that keeps its time itself has beyond it: a command is asked to end, then ended.</summary>
    private static readonly TimeSpan s_ownLimit = TimeSpan.FromSeconds(15);

    private readonly Retries _retries = new(options.Time, options.Jitter);
    private readonly FurthestProgress _progress = new(options.Observer, figures);

    /// <summary>Whether a result says that what was done is not what had to be.</summary>
    public bool VerificationFailed { get; private set; }

    public async Task<StepResult> ApplyAsync(Phase phase, StepSettings step, StepState state, CancellationToken cancellation)
    {
        if (state == StepState.Verified) return StepResult.Done;
        var bound = Bind(step);
        var context = Context(phase, step, "apply");
        var decided = DecidedOnce(context, state);
        options.Observer.StepBegins(step.Id, step.Title ?? step.Id, undo: false);
        _progress.Begin();
        if (state is StepState.Pending or StepState.Undone)
        {
            var fit = await RetryAsync(c => LimitAsync(step, step.Timeout, t => bound.PrecheckAsync(context, t), c), cancellation);
            if (fit is not StepResult.Passed) return await RefuseAsync(step, "step-precheck-failed", fit, cancellation);
        }
        var verified = false;
        if (state != StepState.Applied || bound.AppliesAgain)
        {
            var atomic = bound as IAtomicStep;
            var applied = atomic is { IsAtomic: true }
                ? await RunInOneAsync(step, "step-applied", atomic.HasVerify ? StepState.Applied : StepState.Verified, atomic.Terms(context), (t, c) => atomic.ApplyAsync(context, t, c), cancellation)
                : await RunInPartsAsync(step, bound, StepState.Applying, StepState.Applied, "step-began", "step-applied", c => bound.ApplyAsync(decided(), c), cancellation);
            if (applied is not StepResult.Passed) return await RefuseAsync(step, "step-failed", applied, cancellation);
            verified = atomic is { IsAtomic: true, HasVerify: false };
        }
        if (!verified)
        {
            var seen = await RetryAsync(c => LimitAsync(step, step.Timeout, t => bound.VerifyAsync(context, t), c), cancellation);
            if (seen is not StepResult.Passed passed)
            {
                VerificationFailed = seen is StepResult.Failed;
                return await RefuseAsync(step, "step-not-verified", seen, cancellation);
            }
            await SetAsync(step, StepState.Verified, "step-verified", passed.Evidence, cancellation);
        }
        options.Observer.StepEnds(step.Id, undo: false);
        return StepResult.Done;
    }

    /// <summary>Looks again at a step that is done. Its state stays.</summary>
    public async Task<StepResult> VerifyAgainAsync(Phase phase, StepSettings step, CancellationToken cancellation)
    {
        var bound = Bind(step);
        var context = Context(phase, step, "apply");
        var seen = await RetryAsync(c => LimitAsync(step, step.Timeout, t => bound.VerifyAsync(context, t), c), cancellation);
        return seen is StepResult.Passed ? seen : await RefuseAsync(step, "step-not-verified", seen, cancellation);
    }

    /// <summary>Of the steps at hand, how many may be done in one transaction: 1 where the first may not share one.</summary>
    public int CountJoined(Phase phase, IReadOnlyList<StepSettings> steps, Func<string, StepState> stateOf)
    {
        SessionTerms? terms = null;
        for (var i = 0; i < Math.Min(steps.Count, MostJoined); i++)
        {
            if (stateOf(steps[i].Id) is not (StepState.Pending or StepState.Undone)) return Math.Max(1, i);
            // A step with a time of its own is measured by itself.
            if (steps[i].Timeout is not null) return Math.Max(1, i);
            if (Bind(steps[i]) is not IAtomicStep { JoinsOthers: true } step) return Math.Max(1, i);
            var own = step.Terms(Context(phase, steps[i], "apply"));
            if (terms is not null && terms != own) return i;
            terms = own;
        }
        return Math.Max(1, Math.Min(steps.Count, MostJoined));
    }

    /// <summary>
    /// Does several steps in one transaction. False: one of them failed and none is done; taken one by one, those before it are kept and it says what is
    /// the matter.
    /// </summary>
    public async Task<bool> ApplyJoinedAsync(Phase phase, IReadOnlyList<StepSettings> steps, CancellationToken cancellation)
    {
        options.Observer.StepBegins(steps[0].Id, $"{steps.Count} steps to {steps[^1].Id}", undo: false);
        var bound = steps.Select(s => (Settings: s, Step: (IAtomicStep)Bind(s), Context: Context(phase, s, "apply"))).ToList();
        var again = false;
        try
        {
            await RetryAsync(
                c => store.RecordAsync(
                    step: null,
                    bound[0].Step.Terms(bound[0].Context),
                    async (ledger, token) =>
                    {
                        // As below: all of them were done, or none.
                        if (again && await ledger.ReadStepAsync(steps[0].Id, token) == StepState.Verified) return StepResult.Done;
                        again = true;
                        ledger.GatherStatements();
                        foreach (var (settings, step, context) in bound)
                        {
                            if (await step.ApplyAsync(context, ledger, token) is var result and not StepResult.Passed) throw new StepRefusal(result);
                            await ledger.SetStepAsync(settings.Id, StepState.Verified, token);
                            await ledger.JournalAsync("step-applied", Body(settings, null), token);
                        }
                        return StepResult.Done;
                    },
                    c),
                cancellation);
            options.Observer.StepEnds(steps[0].Id, undo: false);
            return true;
        }
        catch (Exception e) when (e is StepRefusal or TargetFaultException { Fault: not TargetFault.ConnectionLost })
        {
            return false;
        }
    }

    public async Task<StepResult> UndoAsync(Phase phase, StepSettings step, StepState state, CancellationToken cancellation)
    {
        if (state is StepState.Pending or StepState.Undone) return StepResult.Done;
        var bound = Bind(step);
        var context = Context(phase, step, "undo");
        var decided = DecidedOnce(context, state);
        options.Observer.StepBegins(step.Id, step.Title ?? step.Id, undo: true);
        _progress.Begin();
        var undone = bound is IAtomicStep { IsAtomic: true } atomic
            ? await RunInOneAsync(step, "step-undone", StepState.Undone, atomic.Terms(context), (t, c) => atomic.UndoAsync(context, t, c), cancellation)
            : await RunInPartsAsync(step, bound, StepState.Undoing, StepState.Undone, "step-undo-began", "step-undone", c => bound.UndoAsync(decided(), c), cancellation);
        if (undone is not StepResult.Passed) return await RefuseAsync(step, "step-undo-failed", undone, cancellation);
        options.Observer.StepEnds(step.Id, undo: true);
        return StepResult.Done;
    }

    private async Task<StepResult> RunInOneAsync(
        StepSettings step, string kind, StepState end, SessionTerms terms, Func<IRunTransaction, CancellationToken, Task<StepResult>> work, CancellationToken cancellation)
    {
        var again = false;
        try
        {
            var ended = await RetryAsync(
                attempt => LimitAsync(
                    step,
                    step.Timeout,
                    c => store.RecordAsync(
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
                            await ledger.JournalAsync(kind, Body(step, passed.Evidence), token);
                            return result;
                        },
                        c),
                    attempt),
                cancellation);
            // Its time was over while it committed: the row knows whether it did.
            return ended is StepResult.Undecided && await ReadStateAsync(step, cancellation) == end ? StepResult.Done : ended;
        }
        catch (StepRefusal refusal)
        {
            return refusal.Result;
        }
    }

    private async Task<StepResult> RunInPartsAsync(
        StepSettings step, IStep bound, StepState during, StepState end, string beginKind, string endKind, Func<CancellationToken, Task<StepResult>> work, CancellationToken cancellation)
    {
        await SetAsync(step, during, beginKind, null, cancellation);
        var result = await RetryAsync(c => LimitAsync(step, bound.KeepsTimeout ? step.Timeout + s_ownLimit : step.Timeout, work, c), cancellation);
        if (result is StepResult.Passed passed) await SetAsync(step, end, endKind, passed.Evidence, cancellation);
        // A step that stopped because somebody asked for a pause is where its progress says, as it would be after a crash.
        else if (result is StepResult.Undecided && !pauseRequested()) await SetAsync(step, StepState.Unknown, "step-unknown", null, cancellation);
        return result;
    }

    /// <summary>An attempt that takes longer than the step may is ended, and nobody knows what it would have come to.</summary>
    private async Task<StepResult> LimitAsync(StepSettings step, TimeSpan? limit, Func<CancellationToken, Task<StepResult>> work, CancellationToken cancellation) =>
        await TimeLimit.RunAsync(limit, work, options.Time, cancellation)
        ?? new StepResult.Undecided($"it took longer than its timeout of {DurationText.Write(step.Timeout!.Value)}, and was ended");

    private Task<StepState> ReadStateAsync(StepSettings step, CancellationToken cancellation) =>
        _retries.RunAsync(c => store.RecordAsync(step.Id, Notes, (ledger, token) => ledger.ReadStepAsync(step.Id, token), c), null, cancellation);

    private Task<StepResult> RetryAsync(Func<CancellationToken, Task<StepResult>> work, CancellationToken cancellation) =>
        _retries.RunAsync(
            work,
            (fault, wait) =>
            {
                figures.Add(RunFigures.Retries, 1);
                options.Observer.Note($"{fault.Message}; trying again in {wait.TotalSeconds:0.0} s");
            },
            cancellation, () => _progress.Furthest);

    private Task<bool> SetAsync(StepSettings step, StepState state, string kind, IReadOnlyDictionary<string, string>? evidence, CancellationToken cancellation)
    {
        var again = false;
        return _retries.RunAsync(
            c => store.RecordAsync(
                step.Id,
                Notes,
                async (ledger, token) =>
                {
                    // As above. Where a step begins it may have been in that state before: the note is then written again.
                    if (again && state is not (StepState.Applying or StepState.Undoing) && await ledger.ReadStepAsync(step.Id, token) == state) return true;
                    again = true;
                    await ledger.SetStepAsync(step.Id, state, token);
                    await ledger.JournalAsync(kind, Body(step, evidence), token);
                    return true;
                },
                c),
            null,
            cancellation);
    }

    private async Task<StepResult> RefuseAsync(StepSettings step, string kind, StepResult result, CancellationToken cancellation)
    {
        var body = Body(step, result.Evidence);
        var reason = result switch
        {
            StepResult.Failed failed => string.Join("; ", failed.Findings.Select(f => $"{f.Code}: {f.Message}")),
            StepResult.Undecided undecided => undecided.Reason,
            _ => "",
        };
        // An entry has its limit, and the findings are told elsewhere in full.
        body["reason"] = reason.Length > LongestReason ? reason[..LongestReason] : reason;
        if (result is StepResult.Undecided) body["undecided"] = true;
        await _retries.RunAsync(
            c => store.RecordAsync(
                step.Id,
                Notes,
                async (ledger, token) =>
                {
                    await ledger.JournalAsync(kind, body, token);
                    return true;
                },
                c),
            null,
            cancellation);
        return result;
    }

    private static JsonObject Body(StepSettings step, IReadOnlyDictionary<string, string>? evidence)
    {
        var body = new JsonObject { ["step"] = step.Id, ["kind"] = step.Kind };
        if (evidence is { Count: > 0 }) body["evidence"] = new JsonObject(evidence.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value)));
        return body;
    }

    private IStep Bind(StepSettings step) => options.Bind(step, store.Plan.Files);

    private StepContext Context(Phase phase, StepSettings step, string direction) => new()
    {
        Run = store.Run,
        Step = step,
        Phase = phase,
        Target = store.For(step.Id),
        IdempotencyKey = $"{store.Run:N}-{step.Id}-{direction}",
        Effects = new OutsideEffects(store, step.Id, options.Time),
        Folder = options.Folder,
        Time = options.Time,
        Environment = options.Environment,
        Sources = store.Plan.Sources,
        Backups = store.Plan.Backups,
        CheckSources = options.CheckSources,
        Queries = options.Queries,
        Rehearsal = options.Rehearsal,
        Progress = _progress,
        PauseRequested = pauseRequested,
    };

    /// <summary>A person's decision is about the statement that was found broken off, not about one that breaks off at a later attempt.</summary>
    private Func<StepContext> DecidedOnce(StepContext context, StepState found)
    {
        var decision = found is StepState.Applying or StepState.Undoing or StepState.Unknown ? options.Unknown : null;
        return () =>
        {
            var decided = context with { Unknown = decision };
            decision = null;
            return decided;
        };
    }

    private sealed class StepRefusal(StepResult result) : Exception
    {
        public StepResult Result => result;
    }

    /// <summary>Remembers how far the step got: work that goes on for days may meet more faults than one that does not get on.</summary>
    private sealed class FurthestProgress(IStepProgress watcher, RunFigures figures) : IStepProgress
    {
        private long _furthest;

        public long Furthest => Interlocked.Read(ref _furthest);

        public RunFigures? Figures => figures;

        public void Begin()
        {
            figures.StepBegins();
            Interlocked.Exchange(ref _furthest, 0);
        }

        public void Report(long done, long? total, string? note = null)
        {
            // Parts of a step tell from where they are, one at a time.
            if (done > Furthest) Interlocked.Exchange(ref _furthest, done);
            watcher.Report(done, total, note);
        }
    }
}
