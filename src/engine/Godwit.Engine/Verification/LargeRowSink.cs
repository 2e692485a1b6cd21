using Godwit.Engine.Rows;

namespace Godwit.Engine.Verification;

/// <summary>
/// Keeps what a <see cref="RowImageBuffer"/> sends, so that a row larger than the buffer can be looked at whole. It holds no more than one such row and the
/// buffers sent since the row before it: the visitor makes it <see cref="Forget"/> after each row.
/// </summary>
internal sealed class LargeRowSink : IRowImageSink
{
    private readonly Lock _gate = new();
    private MemoryStream _sent = new();

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate) _sent.Write(bytes);
    }

    /// <summary>Told after each row: what was sent until now is not needed any more.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            if (_sent.Length > 0) _sent = new MemoryStream();
        }
    }

    /// <summary>The row that has just ended and was sent in parts.</summary>
    public ReadOnlySpan<byte> Take(RowImageBuffer buffer)
    {
        buffer.Complete();
        lock (_gate) return _sent.GetBuffer().AsSpan(0, (int)_sent.Length)[^(int)buffer.RowBytes..];
    }
}
