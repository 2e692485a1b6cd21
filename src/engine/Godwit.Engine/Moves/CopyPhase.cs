using Godwit.Engine.Rows;
using Godwit.Model.Digests;
using Godwit.Model.Moves;

namespace Godwit.Engine.Moves;

/// <summary>Copies every range that is not in the target yet, several at a time.</summary>
public sealed class CopyPhase(IRowSource source, IMoveTarget target, MoveProgress progress, MoveRunOptions options)
{
    /// <returns>False when it stopped between two ranges, because a pause was asked for.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var plan = target.Run.Plan;
        progress.Begin(MovePhase.Copy, plan.Tables.Sum(t => t.Rows));
        var work = new List<(TablePlan Table, int Ordinal)>();
        var ranges = await target.RangesAsync(cancellation);
        source.Know(ranges);
        // The largest first: the end of the phase is then many small things and not one large one.
        foreach (var table in plan.Tables.OrderByDescending(t => t.Bytes))
        {
            foreach (var range in ranges[table.TargetName])
            {
                if (range.Done) progress.Add(range.Digest.Count);
                else work.Add((table, range.Ordinal));
            }
        }
        var paused = false;
        await Workers.RunAsync(
            work,
            options.Jobs,
            (item, token) =>
            {
                // Those at work come to the end of their ranges: what they have copied is kept.
                if (Volatile.Read(ref paused) || options.PauseRequested()) Volatile.Write(ref paused, true);
                else return CopyAsync(item.Table, item.Ordinal, token);
                return Task.CompletedTask;
            },
            cancellation);
        return !paused;
    }

    private async Task CopyAsync(TablePlan table, int ordinal, CancellationToken cancellation)
    {
        progress.At(table.SourceName);
        using var write = await source.BeginRangeAsync(table, ordinal, cancellation);
        await target.CopyRangeAsync(
            table,
            ordinal,
            sink => Fill(table, ReadPurpose.Copy, table.Ranges[ordinal], sink, progress, cancellation),
            table.Quarantine is null ? null : sink => Fill(table, ReadPurpose.Quarantine, table.Ranges[ordinal], sink, progress: null, cancellation).Count,
            write?.Keys,
            cancellation);
    }

    private RangeDigest Fill(TablePlan table, ReadPurpose purpose, RowIdRange range, IRowImageSink sink, MoveProgress? progress, CancellationToken cancellation)
    {
        using var reader = source.OpenReader(table, purpose);
        using var buffer = new RowImageBuffer(target.Run.HashKey, sink, options.HashWhileCopying);
        var visitor = new CopyVisitor(progress, options.Pace.Begin(cancellation));
        reader.Read(range, buffer, visitor, cancellation);
        buffer.Complete();
        visitor.Report(buffer);
        return visitor.Digest;
    }

    private sealed class CopyVisitor(MoveProgress? progress, MovePace.Worker pace) : IRowVisitor
    {
        private const int RowsBetweenReports = 4096;

        private long _reportedRows;
        private long _reportedBytes;
        private RangeDigest _digest;

        public RangeDigest Digest => _digest;

        public void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row)
        {
            _digest.Add(hash);
            if ((_digest.Count & (RowsBetweenReports - 1)) == 0) Report(buffer);
            if ((_digest.Count & (MovePace.RowsBetweenLooks - 1)) != 0 || !pace.IsDue) return;
            // What is sent is work for the target: as little at a time.
            buffer.Complete();
            pace.Rest();
        }

        public void Between(RowImageBuffer buffer)
        {
            if (_digest.Count > 0) buffer.Complete();
            pace.Between();
        }

        public void Report(RowImageBuffer buffer)
        {
            progress?.Add(_digest.Count - _reportedRows, buffer.BytesSent - _reportedBytes);
            _reportedRows = _digest.Count;
            _reportedBytes = buffer.BytesSent;
        }
    }
}
