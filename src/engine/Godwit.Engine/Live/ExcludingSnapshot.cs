using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Model.Verification;

namespace Godwit.Engine.Live;

/// <summary>A snapshot of the target without the rows that the source has left out because they have changed since.</summary>
internal sealed class ExcludingSnapshot(ITargetSnapshot inner, LiveExclusions left, IReadOnlyDictionary<string, LiveTable> tables) : ITargetSnapshot
{
    public Task<IReadOnlyList<TablePlan>> FindIncomparableAsync(MovePlan plan, CancellationToken cancellation) => inner.FindIncomparableAsync(plan, cancellation);

    public Task<IReadOnlyList<BlockRange>> SplitAsync(TablePlan table, int parts, CancellationToken cancellation) => inner.SplitAsync(table, parts, cancellation);

    public Task ScanAsync(TablePlan table, BlockRange part, bool whole, ITupleVisitor visitor, CancellationToken cancellation)
    {
        var live = tables[table.TargetName];
        return left.IsEmpty(live)
            ? inner.ScanAsync(table, part, whole, visitor, cancellation)
            // Whole: the key of a row that comes in parts may be in any of them.
            : inner.ScanAsync(table, part, whole: true, new Excluding(live, left, visitor), cancellation);
    }

    public Task ScanQuarantineAsync(TablePlan table, ITupleVisitor visitor, CancellationToken cancellation) => inner.ScanQuarantineAsync(table, visitor, cancellation);

    public Task<TargetSchema> ReadSchemaAsync(MovePlan plan, CancellationToken cancellation) => inner.ReadSchemaAsync(plan, cancellation);

    public Task<IReadOnlyList<CheckResult>> CheckAsync(MovePlan plan, bool scanRows, CancellationToken cancellation) => inner.CheckAsync(plan, scanRows, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Excluding(LiveTable table, LiveExclusions left, ITupleVisitor visitor) : ITupleVisitor
    {
        public void Visit(ReadOnlySpan<byte> image)
        {
            if (!left.Contains(table, image)) visitor.Visit(image);
        }

        public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("a row was asked for whole and came in parts");
    }
}
