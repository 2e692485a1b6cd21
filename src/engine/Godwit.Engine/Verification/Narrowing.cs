using Godwit.Engine.Moves;
using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Rows;
using Godwit.Model.Findings;
using Godwit.Model.Moves;

namespace Godwit.Engine.Verification;

/// <summary>
/// Narrows ranges that differ to the rows that differ. One range is held as hashes at a time; rows themselves only where one side has what the other has
/// not, and no more than <see cref="MostRows"/> of them a table.
/// </summary>
public sealed class Narrowing(IRowSource source, ITargetSnapshot target, UInt128 key, int mostHashes)
{
    /// <summary>Rows named for one table; beyond it the rest is counted.</summary>
    public const int MostRows = 100;

    public async Task<IReadOnlyList<Finding>> RunAsync(TableVerification verification, CancellationToken cancellation)
    {
        var table = verification.Table;
        var findings = new List<Finding>();
        var rangesToSee = verification.Different.Except(verification.DecodedDifferently).ToList();
        var (unnamed, rowsUnnamed) = (0L, false);
        for (var next = 0; next < rangesToSee.Count;)
        {
            var group = new HashSet<int>();
            for (var rows = 0L; next < rangesToSee.Count && (group.Count == 0 || rows < mostHashes); next++)
            {
                group.Add(rangesToSee[next]);
                rows += verification.Source.Rows[rangesToSee[next]].Count;
            }
            if (findings.Count >= MostRows)
            {
                unnamed += group.Count;
                continue;
            }
            var (named, more) = await NarrowAsync(verification, group, MostRows - findings.Count, cancellation);
            findings.AddRange(named);
            rowsUnnamed |= more;
        }
        foreach (var range in verification.DecodedDifferently)
        {
            var (lower, upper) = verification.Ranges.Bounds(range);
            findings.Add(Finding.Error(
                FindingCodes.DecoderDisagrees,
                $"rows of table {table.SourceName} between {lower ?? "the first"} and {upper ?? "the last"} read back otherwise when decoded a second way",
                new Place.InTable(table.SourceName),
                "This is a defect of Godwit: keep the source and report it. Nothing of the source has been changed."));
        }
        if (unnamed > 0 || rowsUnnamed)
        {
            var further = unnamed > 0 ? $"{unnamed} further ranges" : "further rows";
            findings.Add(Finding.Error(
                FindingCodes.RowsDiffer, $"{further} of table {table.SourceName} differ; no more than {MostRows} rows are listed", new Place.InTable(table.SourceName)));
        }
        return findings;
    }

    private async Task<(IEnumerable<Finding> Named, bool More)> NarrowAsync(TableVerification verification, HashSet<int> ranges, int most, CancellationToken cancellation)
    {
        var table = verification.Table;
        var hashes = new HashCollector(verification.Ranges, ranges);
        ReadSource(verification, ranges, hashes, cancellation);
        var targetOnly = new TargetOnlyCollector(table, key, verification.Ranges, ranges, hashes.Counts, most * 2);
        var opener = source.CreateOpener(table);
        foreach (var part in await target.SplitAsync(table, parts: 1, cancellation)) await target.ScanAsync(table, part, whole: opener is not null, OpeningVisitor.Before(targetOnly, opener), cancellation);
        if (targetOnly.Large.Count > 0)
        {
            var whole = new WholeRowCollector(table, key, targetOnly);
            foreach (var part in await target.SplitAsync(table, parts: 1, cancellation)) await target.ScanAsync(table, part, whole: true, whole, cancellation);
        }
        // What is left of the source's hashes has no row at the target.
        var sourceOnly = new SourceOnlyCollector(table, key, verification.Ranges, ranges, hashes.Counts, most * 2);
        if (hashes.Counts.Count > 0) ReadSource(verification, ranges, sourceOnly, cancellation);
        var differences = DifferenceReport.Write(table, sourceOnly.Rows, targetOnly.Rows).ToList();
        return (differences.Take(most), differences.Count > most || sourceOnly.HasMore || targetOnly.HasMore);
    }

    private void ReadSource(TableVerification verification, HashSet<int> ranges, RangeVisitor visitor, CancellationToken cancellation)
    {
        using var reader = source.OpenReader(verification.Table, ReadPurpose.Verify);
        using var buffer = new RowImageBuffer(key, visitor.Sink);
        for (var range = 0; range < verification.Table.Ranges.Count; range++)
        {
            if (verification.Ranges.ByKey && !ranges.Contains(range)) continue;
            visitor.Range = range;
            reader.Read(verification.Table.Ranges[range], buffer, visitor, cancellation);
        }
    }

    private abstract class RangeVisitor(RangeLocator locator, HashSet<int> ranges) : IRowVisitor
    {
        public int Range { get; set; }

        /// <summary>Set where rows that are sent in parts are wanted whole.</summary>
        public virtual LargeRowSink? Sink => null;

        public void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row)
        {
            if (ranges.Contains(locator.ByKey ? Range : locator.Locate(hash, default))) See(hash, buffer, row);
            Sink?.Forget();
        }

        protected abstract void See(UInt128 hash, RowImageBuffer buffer, ISourceRow row);
    }

    private sealed class HashCollector(RangeLocator locator, HashSet<int> ranges) : RangeVisitor(locator, ranges)
    {
        /// <summary>How often each hash occurs at the source and has not been met at the target.</summary>
        public Dictionary<UInt128, int> Counts { get; } = [];

        protected override void See(UInt128 hash, RowImageBuffer buffer, ISourceRow row) => Counts[hash] = Counts.GetValueOrDefault(hash) + 1;
    }

    private sealed class SourceOnlyCollector(TablePlan table, UInt128 key, RangeLocator locator, HashSet<int> ranges, Dictionary<UInt128, int> left, int most)
        : RangeVisitor(locator, ranges)
    {
        public List<DifferingRow> Rows { get; } = [];

        public bool HasMore { get; private set; }

        public override LargeRowSink Sink { get; } = new();

        protected override void See(UInt128 hash, RowImageBuffer buffer, ISourceRow row)
        {
            if (!left.TryGetValue(hash, out var count)) return;
            if (count == 1) left.Remove(hash);
            else left[hash] = count - 1;
            HasMore |= Rows.Count >= most;
            if (HasMore) return;
            Rows.Add(DifferingRow.From(table, key, row.RowNumber, buffer.TryGetRow(out var image) ? image : Sink.Take(buffer)));
        }
    }

    private sealed class TargetOnlyCollector(TablePlan table, UInt128 key, RangeLocator locator, HashSet<int> ranges, Dictionary<UInt128, int> source, int most) : ITupleVisitor
    {
        public List<DifferingRow> Rows { get; } = [];

        /// <summary>Hashes of rows that passed in parts and that the source does not have, and how often.</summary>
        public Dictionary<UInt128, int> Large { get; } = [];

        public bool HasMore { get; private set; }

        public void Visit(ReadOnlySpan<byte> image)
        {
            var hash = SipHash.Hash(key, image);
            if (ranges.Contains(locator.Locate(hash, image)) && !Meet(hash) && HasRoom()) Rows.Add(DifferingRow.From(table, key, rowNumber: null, image));
        }

        public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning)
        {
            if (ranges.Contains(locator.Locate(hash, beginning)) && !Meet(hash) && HasRoom()) Large[hash] = Large.GetValueOrDefault(hash) + 1;
        }

        private bool Meet(UInt128 hash)
        {
            if (!source.TryGetValue(hash, out var count)) return false;
            if (count == 1) source.Remove(hash);
            else source[hash] = count - 1;
            return true;
        }

        private bool HasRoom()
        {
            HasMore |= Rows.Count + Large.Count >= most;
            return !HasMore;
        }
    }

    /// <summary>Reads again, in one piece, the large rows that the first reading found to be the target's alone.</summary>
    private sealed class WholeRowCollector(TablePlan table, UInt128 key, TargetOnlyCollector found) : ITupleVisitor
    {
        public void Visit(ReadOnlySpan<byte> image)
        {
            if (image.Length <= RowImageBuffer.Capacity / 2) return;
            var hash = SipHash.Hash(key, image);
            if (!found.Large.TryGetValue(hash, out var count)) return;
            if (count == 1) found.Large.Remove(hash);
            else found.Large[hash] = count - 1;
            found.Rows.Add(DifferingRow.From(table, key, rowNumber: null, image));
        }

        public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("a row was asked for whole and came in parts");
    }
}
