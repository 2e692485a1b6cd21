using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Engine.Backfill;

/// <summary>Reads every row again, computes again, and compares with what is there. Changes nothing.</summary>
internal sealed class BackfillVerify(StepContext context, BackfillOptions options, IBackfillTable table, RowComputer computer)
{
    private const int BatchRows = 5000;

    /// <summary>A row that the application changes between reading and comparing is looked at again.</summary>
    private const int Rounds = 5;

    private readonly SessionTerms _terms = new(options.StatementTimeout, options.LockTimeout, options.SearchPath);
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal) { ["right"] = 0, ["failed and recorded"] = 0, ["missing"] = 0, ["different"] = 0, ["not computable"] = 0, ["changing"] = 0 };
    private HashSet<string> _excused = [];
    private string _digestKey = "";
    private long _rows;

    public async Task<StepResult> RunAsync(CancellationToken cancellation)
    {
        IReadOnlyList<string>? after = null;
        var limit = Math.Min(BatchRows, options.MaximumRows);
        var total = await context.Target.InTransactionAsync(_terms, BeginAsync, cancellation);
        for (var more = true; more;)
        {
            var from = after;
            (after, var rows) = await context.Target.InTransactionAsync(_terms, (transaction, token) => CompareAsync(transaction, from, limit, token), cancellation);
            _rows += rows;
            more = rows == limit;
            context.Progress.Report(_rows, total, "verifying");
            if (more && context.PauseRequested()) return new StepResult.Undecided("somebody asked the run to pause while it verified");
        }
        var evidence = _seen.Where(s => s.Value > 0 || s.Key == "right").Append(new("rows", _rows)).ToDictionary(s => s.Key, s => $"{s.Value}", StringComparer.Ordinal);
        var wrong = _rows - _seen["right"] - _seen["failed and recorded"];
        if (wrong == 0) return new StepResult.Passed { Evidence = evidence };
        var counts = string.Join(", ", _seen.Where(s => s.Value > 0 && s.Key is not ("right" or "failed and recorded")).Select(s => $"{s.Value} {s.Key}"));
        return new StepResult.Failed([Finding.Error(
            FindingCodes.LeftOver,
            $"{wrong} of {_rows} rows do not have what the backfill gives: {counts}",
            remedy: "What the application writes meanwhile it has to write to both (docs/backfill.md); then apply the step again")])
        {
            Evidence = evidence,
        };
    }

    private async Task<long?> BeginAsync(IRunTransaction transaction, CancellationToken cancellation)
    {
        if (BackfillState.Read(await transaction.ReadProgressAsync(cancellation)) is { Undoing: false } state)
            (_excused, _digestKey) = ([.. state.Failed.Select(f => f.Digest)], state.DigestKey);
        return await table.EstimateAsync(transaction, cancellation);
    }

    private async Task<(IReadOnlyList<string>? Last, int Rows)> CompareAsync(IRunSession session, IReadOnlyList<string>? after, int limit, CancellationToken cancellation)
    {
        await table.PrepareAsync(session, cancellation);
        var read = await table.ReadAsync(session, after, limit, cancellation);
        var rows = read;
        var gone = 0;
        for (var round = 1; rows.Count > 0; round++)
        {
            var computed = computer.Compute(rows, (row, _) => Count(row, "not computable"));
            if (computed.Count == 0) break;
            var outcomes = await table.CompareAsync(session, computed, cancellation);
            var changing = new List<SourceRow>();
            foreach (var (row, outcome) in computed.Zip(outcomes))
            {
                if (outcome == RowOutcome.Gone) gone++;
                else if (outcome is RowOutcome.Right) _seen["right"]++;
                else if (outcome == RowOutcome.SourceChanged) changing.Add(row.Source);
                else Count(row.Source, outcome == RowOutcome.Missing ? "missing" : "different");
            }
            if (changing.Count == 0) break;
            if (round == Rounds)
            {
                _seen["changing"] += changing.Count;
                break;
            }
            rows = await table.ReadAgainAsync(session, changing, locked: false, cancellation);
            gone += changing.Count - rows.Count;
        }
        // Deleted since it was read: there is nothing to be right or wrong.
        _rows -= gone;
        return (read.Count == 0 ? null : read[^1].Key, read.Count);
    }

    private void Count(SourceRow row, string what) =>
        _seen[_excused.Count > 0 && _excused.Contains(RowDigest.Of(_digestKey, row.Key)) ? "failed and recorded" : what]++;
}
