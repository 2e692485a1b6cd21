using Godwit.Engine.Rows;
using Godwit.Engine.Tests.Rows;
using Godwit.Model.Moves;

namespace Godwit.Engine.Tests.Verification;

/// <summary>A row: its number and its fields. <see cref="Quarantined"/> rows are left out, as a reader of a real source leaves them out.</summary>
internal sealed record MemoryRow(long Number, params byte[]?[] Fields)
{
    public bool Quarantined { get; init; }

    /// <summary>What the second way of reading gives, where it is not what the first gave.</summary>
    public byte[]? Stored { get; init; }
}

/// <summary>Tables in memory as a source; its "storage" is the row image itself.</summary>
internal sealed class MemorySource(IReadOnlyDictionary<string, List<MemoryRow>> tables) : IRowSource
{
    public IRowReader OpenReader(TablePlan table, ReadPurpose purpose) => new Reader(tables[table.SourceName], purpose);

    public ISecondDecoder CreateSecondDecoder(TablePlan table) => new SameImage();

    public bool HasChanged() => false;

    private sealed class SameImage : ISecondDecoder
    {
        public bool TryDecode(ReadOnlySpan<byte> image, out ReadOnlySpan<byte> decoded)
        {
            decoded = image;
            return true;
        }
    }

    private sealed class Reader(List<MemoryRow> rows, ReadPurpose purpose) : IRowReader, ISourceRow
    {
        private MemoryRow _row = null!;

        public long RowNumber => _row.Number;

        public ReadOnlySpan<byte> SourceImage() => _row.Stored ?? NaiveImages.Of(_row.Fields);

        public long Read(RowIdRange range, RowImageBuffer buffer, IRowVisitor visitor, CancellationToken cancellation)
        {
            var leftOut = 0L;
            foreach (var row in rows.Where(r => (range.After is not { } after || r.Number > after) && (range.UpTo is not { } upTo || r.Number <= upTo)).OrderBy(r => r.Number))
            {
                cancellation.ThrowIfCancellationRequested();
                if (row.Quarantined) leftOut++;
                if (row.Quarantined != (purpose == ReadPurpose.Quarantine)) continue;
                _row = row;
                visitor.Visit(NaiveImages.Write(buffer, row.Fields), buffer, this);
            }
            return leftOut;
        }

        public void Dispose()
        {
        }
    }
}
