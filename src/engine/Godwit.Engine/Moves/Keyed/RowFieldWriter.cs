using System.Buffers.Binary;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>Puts a row image together, field by field. Used again for row after row; what it gave is valid until the next <see cref="Clear"/>.</summary>
internal sealed class RowFieldWriter
{
    private byte[] _buffer = new byte[1024];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Null() => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), -1);

    public void Field(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Field(bytes.Length));

    /// <summary>A field whose bytes the caller writes.</summary>
    public Span<byte> Field(int length)
    {
        var field = Take(checked(sizeof(int) + length));
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        return field[sizeof(int)..];
    }

    /// <summary>Bytes as they are, which are no field.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    private Span<byte> Take(int count)
    {
        var needed = checked(_length + count);
        if (needed > _buffer.Length) Array.Resize(ref _buffer, (int)Math.Clamp(_buffer.Length * 2L, needed, Array.MaxLength));
        var span = _buffer.AsSpan(_length, count);
        _length = needed;
        return span;
    }
}
