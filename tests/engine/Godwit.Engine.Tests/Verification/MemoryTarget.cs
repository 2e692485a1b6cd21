using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Engine.Tests.Rows;
using Godwit.Model.Moves;
using Godwit.Model.Verification;

namespace Godwit.Engine.Tests.Verification;

/// <summary>Tables in memory as a target; its blocks are its rows' places.</summary>
internal sealed class MemoryTarget(UInt128 key, IReadOnlyDictionary<string, List<byte[]?[]>> tables) : ITargetSnapshot
{
    public Dictionary<string, List<byte[]?[]>> Quarantine { get; } = [];

    public Task<IReadOnlyList<BlockRange>> SplitAsync(TablePlan table, int parts, CancellationToken cancellation)
    {
        var rows = tables[table.TargetName].Count;
        var count = Math.Clamp(rows, 1, parts);
        return Task.FromResult<IReadOnlyList<BlockRange>>(
            [.. Enumerable.Range(0, count).Select(i => new BlockRange(rows * i / count, i == count - 1 ? null : rows * (i + 1) / count))]);
    }

    public Task ScanAsync(TablePlan table, BlockRange part, bool whole, ITupleVisitor visitor, CancellationToken cancellation)
    {
        var rows = tables[table.TargetName];
        Visit(rows.Skip((int)part.From).Take((int)((part.To ?? rows.Count) - part.From)), whole, visitor);
        return Task.CompletedTask;
    }

    public Task ScanQuarantineAsync(TablePlan table, ITupleVisitor visitor, CancellationToken cancellation)
    {
        Visit(Quarantine[table.TargetName], whole: false, visitor);
        return Task.CompletedTask;
    }

    private void Visit(IEnumerable<byte[]?[]> rows, bool whole, ITupleVisitor visitor)
    {
        foreach (var row in rows)
        {
            var image = NaiveImages.Of(row);
            if (whole || image.Length <= RowImageBuffer.Capacity) visitor.Visit(image);
            else visitor.VisitLarge(SipHash.Hash(key, image), image.AsSpan(0, 256));
        }
    }

    public Task<TargetSchema> ReadSchemaAsync(MovePlan plan, CancellationToken cancellation) => Task.FromResult(new TargetSchema([], ""));

    public Task<IReadOnlyList<CheckResult>> CheckAsync(MovePlan plan, bool scanRows, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CheckResult>>([]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
