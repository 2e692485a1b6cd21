using System.Diagnostics;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;

namespace Godwit.Engine.Verification;

/// <summary>
/// Reads both sides again and compares digests, range by range. Nothing is taken from the copy: the source is read from the file, the target from its
/// tables, and a share of the rows (all, under <c>--paranoid</c>) is decoded a second way.
/// </summary>
public sealed class Verifier(IRowSource source, ITargetSnapshot target, MovePlan plan, UInt128 key, MoveRunOptions options, MoveProgress progress)
{
    private readonly SecondDecoding _decoding = options.Decoding;
    private readonly int _jobs = options.Jobs;

    private sealed class Sides(TablePlan table)
    {
        public RangeLocator Ranges { get; } = RangeLocator.For(table);

        public TableDigests Source { get; } = new(RangeLocator.For(table).Count);

        public TableDigests Target { get; } = new(RangeLocator.For(table).Count);

        public long Ticks;

        public void AddTo(TableDigests total, TableDigests part, long ticks)
        {
            lock (this) total.Add(part);
            Interlocked.Add(ref Ticks, ticks);
        }
    }

    public async Task<IReadOnlyList<TableVerification>> RunAsync(CancellationToken cancellation)
    {
        progress.Begin(MovePhase.Verify, plan.Tables.Sum(t => t.Rows) * 2);
        var sides = plan.Tables.ToDictionary(t => t, t => new Sides(t));
        var sourceWork = plan.Tables.OrderByDescending(t => t.Bytes).SelectMany(t => Enumerable.Range(0, t.Ranges.Count).Select(r => (Table: t, Range: r))).ToList();
        var targetWork = new List<(TablePlan Table, BlockRange Part)>();
        foreach (var table in plan.Tables.OrderByDescending(t => t.Bytes))
            targetWork.AddRange((await target.SplitAsync(table, _jobs, cancellation)).Select(part => (table, part)));

        Task SourceAsync(CancellationToken token) => Workers.RunAsync(sourceWork, _jobs, (item, stop) => ReadSourceAsync(item.Table, item.Range, sides[item.Table], stop), token);
        Task TargetAsync(CancellationToken token) => Workers.RunAsync(targetWork, _jobs, (item, stop) => ReadTargetAsync(item.Table, item.Part, sides[item.Table], stop), token);
        if (options.SourceFirst)
        {
            await SourceAsync(cancellation);
            await TargetAsync(cancellation);
        }
        else
        {
            await Workers.BothAsync(SourceAsync, TargetAsync, cancellation);
        }

        var results = new List<TableVerification>();
        foreach (var table in plan.Tables)
        {
            var side = sides[table];
            var quarantine = table.Quarantine is null ? null : await VerifyQuarantineAsync(table, side.Source.Quarantined, cancellation);
            results.Add(new TableVerification(table, side.Ranges, side.Source, side.Target, quarantine) { Elapsed = TimeSpan.FromSeconds(side.Ticks / (double)Stopwatch.Frequency) });
        }
        return results;
    }

    private Task ReadSourceAsync(TablePlan table, int range, Sides sides, CancellationToken cancellation)
    {
        progress.At(table.SourceName);
        var started = Stopwatch.GetTimestamp();
        var digests = new TableDigests(sides.Ranges.Count);
        var visitor = new SourceDigestVisitor(key, digests, sides.Ranges, range, _decoding, progress, options.Pace.Begin(cancellation));
        using var reader = source.OpenReader(table, ReadPurpose.Verify);
        using var buffer = new RowImageBuffer(key, sink: null);
        digests.Quarantined = reader.Read(table.Ranges[range], buffer, visitor, cancellation);
        visitor.Report();
        sides.AddTo(sides.Source, digests, Stopwatch.GetTimestamp() - started);
        return Task.CompletedTask;
    }

    private async Task ReadTargetAsync(TablePlan table, BlockRange part, Sides sides, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var digests = new TableDigests(sides.Ranges.Count);
        var visitor = new TargetDigestVisitor(key, digests, sides.Ranges, source.CreateSecondDecoder(table), _decoding, progress, options.Pace.Begin(cancellation)) { Opener = source.CreateOpener(table) };
        await target.ScanAsync(table, part, whole: _decoding.OneIn == 1 || visitor.Opener is not null, visitor, cancellation);
        visitor.Report();
        sides.AddTo(sides.Target, digests, Stopwatch.GetTimestamp() - started);
    }

    private async Task<QuarantineVerification> VerifyQuarantineAsync(TablePlan table, long leftOut, CancellationToken cancellation)
    {
        var sourceRows = new QuarantineDigestVisitor(key);
        using (var reader = source.OpenReader(table, ReadPurpose.Quarantine))
        using (var buffer = new RowImageBuffer(key, sink: null))
        {
            foreach (var range in table.Ranges) reader.Read(range, buffer, sourceRows, cancellation);
        }
        var targetRows = new QuarantineDigestVisitor(key);
        await target.ScanQuarantineAsync(table, targetRows, cancellation);
        return new QuarantineVerification(sourceRows.Digest, targetRows.Digest, leftOut);
    }
}
