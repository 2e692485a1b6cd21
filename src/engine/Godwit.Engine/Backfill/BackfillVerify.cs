using Godwit.Engine.Figures;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Engine.Transforms.Keyed;
using Godwit.Model.Findings;

namespace Godwit.Engine.Backfill;

/// <summary>
/// Reads every row again, computes again, and compares with what is there. Changes nothing but the progress, so that one that is stopped goes on where it was.
/// </summary>
internal sealed class BackfillVerify(StepContext context, BackfillOptions options, IBackfillTable table, RowComputer computer)
{
    private const int BatchRows = 5000;

    private const int MostNamed = 20;

    /// <summary>A row that the application changes between reading and comparing is looked at again.</summary>
    private const int Rounds = 5;

    private readonly SessionTerms _terms = new(options.StatementTimeout, options.LockTimeout, options.SearchPath);
    private readonly int _limit = Math.Min(BatchRows, options.MaximumRows);
    private HashSet<string> _excused = [];
    private string _digestKey = "";

    public async Task<StepResult> RunAsync(CancellationToken cancellation)
    {
        var part = await InTransactionAsync(BeginAsync, cancellation);
        for (var more = true; more;)
        {
            (part, more) = await InTransactionAsync(CompareAsync, cancellation);
            if (more && context.PauseRequested()) return new StepResult.Undecided("somebody asked the run to pause while it verified");
        }
        var evidence = part.Seen.Where(s => s.Value > 0).Append(new(VerifiedPart.Right, part.Count(VerifiedPart.Right))).DistinctBy(s => s.Key).Append(new("rows", part.Rows))
            .ToDictionary(s => s.Key, s => $"{s.Value}", StringComparer.Ordinal);
        // Rows of another table are rotated by a backfill of that table.
        var wrong = part.Rows - part.Count(VerifiedPart.Right) - part.Count(VerifiedPart.Excused) - (computer.RewritesFormer ? 0 : part.Count(VerifiedPart.Former));
        if (part.Named is { Count: > 0 } named) evidence["first that are not"] = string.Join(", ", named.Select(n => $"{n.Digest} ({n.Reason})"));
        // The next verification is a new one, and another pass comes before it.
        await InTransactionAsync((transaction, state, token) => SaveAsync(transaction, state with { Verifying = null }, part, token), cancellation);
        context.Progress.Figures?.Set(RunFigures.Mismatches, wrong);
        if (wrong == 0) return new StepResult.Passed { Evidence = evidence };
        var counts = string.Join(", ", part.Seen.Where(s => s.Value > 0 && s.Key is not (VerifiedPart.Right or VerifiedPart.Excused) && (s.Key != VerifiedPart.Former || computer.RewritesFormer)).Select(s => $"{s.Value} {s.Key}"));
        return new StepResult.Failed([Finding.Error(
            FindingCodes.LeftOver,
            $"{wrong} of {part.Rows} rows do not have what the backfill gives: {counts}",
            remedy: "What the application writes meanwhile it has to write to both (docs/backfill.md); then apply the step again")])
        {
            Evidence = evidence,
        };
    }

    private async Task<VerifiedPart> BeginAsync(IRunTransaction transaction, BackfillState state, CancellationToken cancellation)
    {
        (_excused, _digestKey) = ([.. state.Failed.Select(f => f.Digest)], state.DigestKey);
        return state.Verifying ?? await SaveAsync(
            transaction, state with { Verifying = VerifiedPart.None, Total = await table.EstimateAsync(transaction, cancellation) }, VerifiedPart.None, cancellation);
    }

    private async Task<(VerifiedPart Part, bool More)> CompareAsync(IRunTransaction transaction, BackfillState state, CancellationToken cancellation)
    {
        // Read each time: after a commit that nobody heard of, what counts is what is there.
        var before = state.Verifying ?? VerifiedPart.None;
        var seen = before.Seen.ToDictionary(StringComparer.Ordinal);
        var named = before.Named?.ToList() ?? [];
        await table.PrepareAsync(transaction, cancellation);
        var read = await table.ReadAsync(transaction, before.After, _limit, cancellation);
        var rows = read;
        var gone = 0;
        for (var round = 1; rows.Count > 0; round++)
        {
            var computed = await computer.CheckAsync(rows, (row, reason) => CountUnlessExcused(row, VerifiedPart.NotComputable, reason), cancellation);
            if (computed.Count == 0) break;
            var outcomes = await table.CompareAsync(transaction, computed, cancellation);
            var changing = new List<SourceRow>();
            foreach (var (row, there) in computed.Zip(outcomes))
            {
                var outcome = await computer.ConfirmAsync(row, there, cancellation);
                // The row is as it was read, and as it was read it was judged.
                if (outcome == RowOutcome.Right && row.State != StoredState.Right) outcome = RowComputer.OutcomeOf(row.State);
                if (outcome == RowOutcome.Gone) gone++;
                else if (outcome is RowOutcome.Right) Count(VerifiedPart.Right, 1);
                else if (outcome == RowOutcome.SourceChanged) changing.Add(row.Source);
                else if (outcome == RowOutcome.Former) Count(VerifiedPart.Former, 1);
                else CountUnlessExcused(row.Source, outcome == RowOutcome.Missing ? VerifiedPart.Missing : VerifiedPart.Different);
            }
            if (changing.Count == 0) break;
            if (round == Rounds)
            {
                Count(VerifiedPart.Changing, changing.Count);
                break;
            }
            rows = await table.ReadAgainAsync(transaction, changing, locked: false, cancellation);
            gone += changing.Count - rows.Count;
        }
        // Deleted since it was read: there is nothing to be right or wrong.
        var part = new VerifiedPart(read.Count == 0 ? before.After : read[^1].Key, before.Rows + read.Count - gone, seen) { Named = named.Count == 0 ? null : named };
        context.Progress.Report(part.Rows, state.Total, "verifying");
        return (await SaveAsync(transaction, state with { Verifying = part }, part, cancellation), read.Count == _limit);

        void CountUnlessExcused(SourceRow row, string what, string? reason = null)
        {
            var excused = _excused.Count > 0 && _excused.Contains(RowDigest.Of(_digestKey, row.Key));
            Count(excused ? VerifiedPart.Excused : what, 1);
            if (!excused && named.Count < MostNamed) named.Add(new FailedRow(RowDigest.Of(_digestKey, row.Key), reason ?? what));
        }

        void Count(string what, long rows) => seen[what] = seen.GetValueOrDefault(what) + rows;
    }

    private Task<T> InTransactionAsync<T>(Func<IRunTransaction, BackfillState, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        context.Target.InTransactionAsync(
            _terms,
            async (transaction, token) =>
                await work(transaction, BackfillState.Read(await transaction.ReadProgressAsync(token)) ?? throw new InvalidDataException("the backfill's progress is gone"), token),
            cancellation);

    private static async Task<VerifiedPart> SaveAsync(IRunTransaction transaction, BackfillState state, VerifiedPart part, CancellationToken cancellation)
    {
        await transaction.SaveProgressAsync(state.Write(), part.Rows, state.Total, cancellation);
        return part;
    }
}
