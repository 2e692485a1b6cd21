using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Engine.Backfill;

/// <summary>Takes back what a backfill wrote, batch by batch, at the same pace: as many rows a second, of those that are taken back.</summary>
internal sealed class BackfillUndo(StepContext context, BackfillOptions options, IBackfillTable table, PaceKeeper keeper, bool countsAfter)
{
    private const int Passes = 3;

    private readonly SessionTerms _terms = new(options.StatementTimeout, options.LockTimeout, options.SearchPath);
    private readonly BatchSize _size = new(options.MinimumRows, options.MaximumRows);

    public async Task<StepResult> RunAsync(CancellationToken cancellation)
    {
        var state = await BeginAsync(cancellation);
        while (!state.Finished)
        {
            var began = context.Time.GetTimestamp();
            var before = state.Written;
            try
            {
                state = await RunBatchAsync(_size.Rows, cancellation);
            }
            catch (Exception fault) when (RowFaults.Classify(fault) == RowFault.TooLarge && _size.Rows > 1)
            {
                _size.TimedOut();
                continue;
            }
            catch (Exception fault) when (RowFaults.Classify(fault) == RowFault.Refused)
            {
                return StepResult.Fail(
                    FindingCodes.UndoIncomplete, $"The target refused to take back rows of the backfill ({RowFaults.Reason(fault)})", "Remove what refers to them, then roll back again");
            }
            var worked = context.Time.GetElapsedTime(began);
            _size.Took(worked);
            context.Progress.Report(state.Done, state.Total, "undoing");
            // What it only looks at, the backfill never having come so far, is no load to spare anybody: whoever goes back is in a hurry.
            if (!state.Finished && await keeper.WaitAsync(worked, state.Written - before, cancellation) is { } reason)
                return new StepResult.Undecided($"{reason}; {state.Written} rows are taken back and stay so");
        }
        var left = countsAfter && await context.Target.InTransactionAsync(_terms, HasUndoableAsync, cancellation);
        return left
            ? StepResult.Fail(FindingCodes.UndoIncomplete, "Rows that the backfill wrote are still there", "Find out what writes them, then roll back again")
            : new StepResult.Passed { Evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["taken back"] = $"{state.Written}" } };
    }

    private async Task<bool> HasUndoableAsync(IRunTransaction transaction, CancellationToken cancellation)
    {
        await table.PrepareAsync(transaction, cancellation);
        return await table.HasUndoableAsync(transaction, cancellation);
    }

    private Task<BackfillState> BeginAsync(CancellationToken cancellation) => context.Target.InTransactionAsync(
        _terms,
        async (transaction, token) =>
        {
            var state = BackfillState.Read(await transaction.ReadProgressAsync(token));
            if (state is { Undoing: true, Finished: false }) return state;
            return await SaveAsync(transaction, BackfillState.Begin(undoing: true, state?.Total), token);
        },
        cancellation);

    private Task<BackfillState> RunBatchAsync(int limit, CancellationToken cancellation) => context.Target.InTransactionAsync(
        _terms,
        async (transaction, token) =>
        {
            var state = BackfillState.Read(await transaction.ReadProgressAsync(token)) ?? throw new InvalidDataException("the undo's progress is gone");
            await table.PrepareAsync(transaction, token);
            var undone = await table.UndoAsync(transaction, state.After, limit, token);
            state = state with { After = undone.Last, Done = state.Done + undone.Seen, Written = state.Written + undone.Undone, WrittenInPass = state.WrittenInPass + undone.Undone };
            if (undone.Seen < limit) state = EndPass(state);
            return await SaveAsync(transaction, state, token);
        },
        cancellation);

    private static BackfillState EndPass(BackfillState state) => state.WrittenInPass == 0 || state.Pass >= Passes
        ? state with { After = null, Finished = true }
        : state with { After = null, Pass = state.Pass + 1, Done = 0, WrittenInPass = 0 };

    private static async Task<BackfillState> SaveAsync(IRunTransaction transaction, BackfillState state, CancellationToken cancellation)
    {
        await transaction.SaveProgressAsync(state.Write(), state.Done, state.Total, cancellation);
        return state;
    }
}
