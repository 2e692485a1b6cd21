using Godwit.Engine.Rows;

namespace Godwit.Sqlite.Tests.Reading;

/// <summary>Rows of one numeric each, as they go into COPY.</summary>
internal sealed class NumericRows : IDisposable
{
    private readonly RowImageBuffer _buffer = new(key: default, sink: null);
    private readonly MemoryStream _stream = new();

    public List<byte[]> Images { get; } = [];

    public byte[] Stream => _stream.ToArray();

    /// <returns>False when the number was refused; no row is added then.</returns>
    public bool Add(Func<RowImageBuffer, bool> write)
    {
        _buffer.BeginRow(1);
        var written = write(_buffer);
        _buffer.EndRow();
        Assert.True(_buffer.TryGetRow(out var row));
        if (!written)
        {
            Assert.True(row.IsEmpty);
            return false;
        }
        Images.Add(row.ToArray());
        _stream.Write([0, 1]);
        _stream.Write(row);
        return true;
    }

    public void Dispose() => _buffer.Dispose();
}
