using Godwit.Engine.Rows;
using Godwit.Engine.Verification;
using Godwit.Model.Moves;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>Reads a table with keyed columns: the source's reader gives plain rows into a buffer of this one's, and what is made of them goes on. A row is held whole.</summary>
internal sealed class KeyedRowReader(IRowReader plain, KeyedTable table, ReadPurpose purpose, Func<RowIdRange, RangeKeys> keysOf) : IRowReader
{
    private readonly LargeRowSink _sink = new();
    private readonly RowSealer _sealer = new(table, purpose);

    public long Read(RowIdRange range, RowImageBuffer buffer, IRowVisitor visitor, CancellationToken cancellation)
    {
        using var rows = new RowImageBuffer(key: default, _sink, hashing: false);
        return plain.Read(range, rows, new Sealing(this, buffer, visitor, keysOf(range)), cancellation);
    }

    public void Dispose()
    {
        _sealer.Dispose();
        plain.Dispose();
    }

    private sealed class Sealing(KeyedRowReader reader, RowImageBuffer to, IRowVisitor visitor, RangeKeys keys) : IRowVisitor, ISourceRow
    {
        private readonly RowFieldWriter _image = new();
        private RowImageBuffer _from = null!;
        private ISourceRow _row = null!;

        public long RowNumber => _row.RowNumber;

        public void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row)
        {
            (_from, _row) = (buffer, row);
            var made = reader._sealer.Seal(Plain(), keys);
            to.BeginRow(reader._sealer.Fields);
            to.Write(made);
            visitor.Visit(to.EndRow(), to, this);
            reader._sink.Forget();
        }

        public void Between(RowImageBuffer buffer) => visitor.Between(to);

        /// <summary>The row as the source stores it but for what gives nothing back, which follows it, computed a second way.</summary>
        public ReadOnlySpan<byte> SourceImage()
        {
            _image.Clear();
            _image.Raw(_row.SourceImage());
            reader._sealer.AppendAgain(Plain(), keys, _image);
            return _image.Written;
        }

        private ReadOnlySpan<byte> Plain() => _from.TryGetRow(out var image) ? image : reader._sink.Take(_from);
    }
}
