using Godwit.Engine.Runs;

namespace Godwit.Engine.Backfill;

/// <param name="Rows">Rows that were read.</param>
/// <param name="Last">The last one's key; null when there was none.</param>
/// <param name="Written">Rows written.</param>
/// <param name="Failed">Rows that the batch itself knows it could not write, and why; the others are.</param>
internal sealed record BatchResult(int Rows, IReadOnlyList<string>? Last, long Written, IReadOnlyList<(SourceRow Row, string Reason)> Failed);

/// <summary>One batch inside a transaction: read, compute, write where the source is still what was read, and look again at those rows where it is not.</summary>
internal sealed class BatchWork(IBackfillTable table, RowComputer computer)
{
    /// <summary>The first takes no locks while it computes; from the second on the rows are locked before they are read, so that it is the last.</summary>
    private const int Rounds = 3;

    public async Task<BatchResult> RunAsync(IRunSession session, IReadOnlyList<string>? after, int limit, CancellationToken cancellation)
    {
        var read = await table.ReadAsync(session, after, limit, cancellation);
        if (read.Count == 0) return new BatchResult(0, null, 0, []);
        var failed = new List<(SourceRow, string)>();
        var written = 0L;
        var rows = read;
        for (var round = 1; rows.Count > 0; round++)
        {
            var computed = await computer.ComputeAsync(rows, (row, reason) => failed.Add((row, reason)), cancellation);
            if (computed.Count == 0) break;
            var result = await table.WriteAsync(session, computed, cancellation);
            written += result.Written;
            var open = new List<(ComputedRow First, RowOutcome Second)>();
            foreach (var (row, there) in computed.Zip(result.Rows))
            {
                if (await computer.ConfirmAsync(row, there, cancellation) is var outcome and (RowOutcome.SourceChanged or RowOutcome.Missing or RowOutcome.Different)) open.Add((row, outcome));
            }
            if (open.Count == 0) break;
            if (round == Rounds)
            {
                failed.AddRange(open.Select(r => (r.First.Source, Reason(r.Second))));
                break;
            }
            rows = await table.ReadAgainAsync(session, [.. open.Select(r => r.First.Source)], locked: true, cancellation);
        }
        return new BatchResult(read.Count, read[^1].Key, written, failed);
    }

    private static string Reason(RowOutcome outcome) => outcome switch
    {
        RowOutcome.Different => "another row, or another value, is in its place",
        RowOutcome.Missing => "the write was accepted and nothing was written (a trigger or a rule)",
        _ => "the row changes each time it is read (a volatile expression)",
    };
}
