using Godwit.Engine.Figures;
using Godwit.Engine.Keys;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Engine.Backfill;

/// <summary>
/// Goes through the table batch by batch, each a transaction that holds the rows and the progress. A batch that fails is halved until the row that
/// fails is alone; alone it is tried again, then recorded.
/// </summary>
internal sealed class BackfillApply(StepContext context, BackfillOptions options, IBackfillTable table, RowComputer computer, PaceKeeper keeper)
{
    private const int AttemptsAlone = 3;

    /// <summary>What one record of progress holds (64 KB); beyond it something is wrong with more than some rows.</summary>
    public const int MostFailures = 400;

    /// <summary>Faults one after another; halving 5,000 rows to one takes 13. More is no row's fault: the condition itself fails, for instance.</summary>
    private const int MostFaults = 40;

    /// <summary>A batch that takes longer is said so.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private readonly SessionTerms _terms = new(options.StatementTimeout, options.LockTimeout, options.SearchPath);
    private readonly BatchSize _size = new(Math.Min(options.MinimumRows, Cap(options)), Math.Min(options.MaximumRows, Cap(options)));
    private readonly BatchWork _work = new(table, computer);
    private long _slow;

    /// <summary>Columns that are noted before the first value with a key's name is in one.</summary>
    public IReadOnlyList<KeyedColumn> Keyed { get; init; } = [];

    public async Task<StepResult> RunAsync(CancellationToken cancellation)
    {
        var state = await BeginAsync(cancellation);
        // Rows, from the one after the progress on, among which is one that fails.
        var suspects = 0;
        var faults = 0;
        while (!state.Finished)
        {
            var limit = suspects > 0 ? Math.Max(1, suspects / 2) : _size.Rows;
            var began = context.Time.GetTimestamp();
            var before = state.Done;
            context.Progress.Figures?.BatchBegins();
            try
            {
                if (suspects == 1)
                {
                    state = await RunAloneAsync(state, cancellation);
                    suspects = 0;
                }
                else
                {
                    state = await RunBatchAsync(limit, cancellation);
                    suspects = Math.Max(0, suspects - limit);
                    if (suspects == 0 && limit == _size.Rows) _size.Took(context.Time.GetElapsedTime(began));
                }
            }
            catch (Exception fault) when (RowFaults.Classify(fault) is var kind and not RowFault.None && ++faults < MostFaults)
            {
                if (kind == RowFault.TooLarge) _size.TimedOut();
                suspects = limit;
                if (await keeper.WaitAsync(context.Time.GetElapsedTime(began), 0, cancellation) is { } halt) return Paused(state, halt);
                continue;
            }
            catch (BackfillStopException stop)
            {
                return stop.Result;
            }

            var worked = context.Time.GetElapsedTime(began);
            context.Progress.Figures?.BatchEnds(worked);
            Report(state, worked);
            faults = 0;
            if (!state.Finished && await keeper.WaitAsync(worked, Math.Max(0, state.Done - before), cancellation) is { } reason) return Paused(state, reason);
        }
        return new StepResult.Passed { Evidence = Evidence(state) };
    }

    /// <summary>With a cap, a batch is at most a second's rows: the cap would otherwise be kept on average only.</summary>
    private static int Cap(BackfillOptions options) => options.Pace.RowsPerSecond ?? int.MaxValue;

    private Task<BackfillState> BeginAsync(CancellationToken cancellation) => context.Target.InTransactionAsync(
        _terms,
        async (transaction, token) =>
        {
            var state = BackfillState.Read(await transaction.ReadProgressAsync(token));
            foreach (var column in Keyed) await context.Keyring.NoteColumnAsync(transaction, column, token);
            if (state is { Undoing: false, Finished: false } or { Undoing: false, Verifying: not null }) return state;
            // Finished, and asked for again: rows are left over, or a crash came before the runner's note. Another pass finds out.
            var begun = BackfillState.Begin(undoing: false, await table.EstimateAsync(transaction, token));
            if (state is { Undoing: false }) begun = begun with { Written = state.Written };
            return await SaveAsync(transaction, begun, token);
        },
        cancellation);

    private async Task<BackfillState> RunBatchAsync(int limit, CancellationToken cancellation)
    {
        using var writes = computer.BeginWrites();
        return await context.Target.InTransactionAsync(
            _terms,
            async (transaction, token) =>
            {
                // Read each time: after a commit that nobody heard of, what counts is what is there.
                var state = await ReadAsync(transaction, token);
                await table.PrepareAsync(transaction, token);
                var batch = await _work.RunAsync(transaction, state.After, limit, token);
                var failed = batch.Failed.Select(f => new FailedRow(RowDigest.Of(state.DigestKey, f.Row.Key), f.Reason)).ToList();
                state = Add(state, batch.Rows, batch.Last, batch.Written, failed);
                return await SaveAsync(transaction, batch.Rows < limit ? EndPass(state) : state, token);
            },
            cancellation);
    }

    /// <summary>The next row by itself.</summary>
    private async Task<BackfillState> RunAloneAsync(BackfillState state, CancellationToken cancellation)
    {
        var key = await context.Target.InTransactionAsync(
            _terms,
            async (transaction, token) =>
            {
                await table.PrepareAsync(transaction, token);
                return await table.ReadNextKeyAsync(transaction, (await ReadAsync(transaction, token)).After, token);
            },
            cancellation);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunBatchAsync(1, cancellation);
            }
            catch (Exception fault) when (RowFaults.Classify(fault) != RowFault.None && key is not null)
            {
                if (attempt == AttemptsAlone) return await RecordAsync(key, RowFaults.Reason(fault), cancellation);
                await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt), context.Time, cancellation);
            }
        }
    }

    private Task<BackfillState> RecordAsync(IReadOnlyList<string> key, string reason, CancellationToken cancellation) => context.Target.InTransactionAsync(
        _terms,
        async (transaction, token) =>
        {
            var state = await ReadAsync(transaction, token);
            await table.PrepareAsync(transaction, token);
            // Another row may have come before it meanwhile: that one has not failed.
            var next = await table.ReadNextKeyAsync(transaction, state.After, token);
            if (next is null || !next.SequenceEqual(key)) return state;
            return await SaveAsync(transaction, Add(state, 1, key, 0, [new FailedRow(RowDigest.Of(state.DigestKey, key), reason)]), token);
        },
        cancellation);

    private BackfillState Add(BackfillState state, int rows, IReadOnlyList<string>? last, long written, List<FailedRow> failed)
    {
        var after = state with
        {
            After = last ?? state.After,
            Done = state.Done + rows,
            Written = state.Written + written,
            WrittenInPass = state.WrittenInPass + written,
            Failed = failed.Count == 0 ? state.Failed : [.. state.Failed, .. failed],
        };
        if (failed.Count == 0) return after;
        var allowed = Math.Min(MostFailures, (long)(options.FailureShare * Math.Max(after.Total ?? 0, after.Done)));
        if (after.Failed.Count <= allowed) return after;
        Tell(after);
        // Thrown inside the transaction: the rows that tip it are tried again when somebody has seen to them.
        throw new BackfillStopException(TooMany(after, allowed));
    }

    private BackfillState EndPass(BackfillState state) => state.WrittenInPass == 0 || state.Pass >= options.Passes
        ? state with { After = null, Finished = true }
        : state with { After = null, Pass = state.Pass + 1, Done = 0, WrittenInPass = 0, Failed = [] };

    private static async Task<BackfillState> ReadAsync(IRunTransaction transaction, CancellationToken cancellation) =>
        BackfillState.Read(await transaction.ReadProgressAsync(cancellation)) ?? throw new InvalidDataException("the backfill's progress is gone");

    private static async Task<BackfillState> SaveAsync(IRunTransaction transaction, BackfillState state, CancellationToken cancellation)
    {
        await transaction.SaveProgressAsync(state.Write(), state.Done, state.Total, cancellation);
        return state;
    }

    private StepResult.Undecided Paused(BackfillState state, string reason) =>
        new($"{reason}; {state.Done} rows of pass {state.Pass} are done and stay so") { Evidence = Evidence(state) };

    private void Report(BackfillState state, TimeSpan worked)
    {
        if (worked > Slow) _slow++;
        var note = worked > Slow ? $"a batch took {worked.TotalSeconds:0.0} s" : keeper.Pace.Strain is { } strain ? $"slower: {strain}" : null;
        context.Progress.Report(state.Done, state.Total, note);
        Tell(state);
    }

    private void Tell(BackfillState state)
    {
        context.Progress.Figures?.Set(RunFigures.FailedRows, state.Failed.Count);
        context.Progress.Figures?.Set(RunFigures.Rows, state.Done);
    }

    private Dictionary<string, string> Evidence(BackfillState state)
    {
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["rows"] = $"{state.Done}",
            ["written"] = $"{state.Written}",
            ["passes"] = $"{state.Pass}",
            ["failed"] = FailedRows.Describe(state.Failed),
            ["slow batches"] = $"{_slow}",
        };
        if (keeper.Unseen is { Count: > 0 } unseen) evidence["not seen"] = string.Join("; ", unseen);
        return evidence;
    }

    private StepResult.Failed TooMany(BackfillState state, long allowed) => new(
        [Finding.Error(
            FindingCodes.TooManyFailures,
            $"{state.Failed.Count} rows of {state.Done} could not be written, and {allowed} may: {FailedRows.Reasons(state.Failed)}",
            remedy: "Correct the rows (docs/backfill.md says how a row is found by its digest) or the transform, then resume")])
    {
        Evidence = Evidence(state),
    };
}

/// <summary>Rolls a batch back and ends the step.</summary>
internal sealed class BackfillStopException(StepResult result) : Exception("the backfill stops")
{
    public StepResult Result => result;
}
