using System.Buffers.Binary;

namespace Godwit.Sqlite.Decoding;

/// <summary>
/// Values as SQLite stores them, one after the other: a tag (<c>N I R T B</c>), then for INTEGER and REAL eight bytes big-endian (two's complement,
/// IEEE 754), for TEXT (as UTF-8) and BLOB a big-endian 32-bit length and the bytes. Two rows are the same exactly when their images are.
/// One instance is used again and again: <see cref="Clear"/> keeps the memory.
/// </summary>
public sealed class SourceImage
{
    private byte[] _buffer = new byte[1024];
    private int _length;

    /// <summary>Valid until the next call that adds or clears.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void AddNull() => Take(1)[0] = (byte)'N';

    public void AddInteger(long value)
    {
        var span = Take(1 + sizeof(long));
        span[0] = (byte)'I';
        BinaryPrimitives.WriteInt64BigEndian(span[1..], value);
    }

    public void AddReal(double value)
    {
        var span = Take(1 + sizeof(double));
        span[0] = (byte)'R';
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], value);
    }

    public void AddText(ReadOnlySpan<byte> utf8) => utf8.CopyTo(AddText(utf8.Length));

    /// <summary>Adds a TEXT whose <paramref name="length"/> bytes the caller writes into the span that is given back.</summary>
    public Span<byte> AddText(int length) => AddBytes((byte)'T', length);

    public void AddBlob(ReadOnlySpan<byte> bytes) => bytes.CopyTo(AddBytes((byte)'B', bytes.Length));

    private Span<byte> AddBytes(byte tag, int length)
    {
        var span = Take(checked(1 + sizeof(int) + length));
        span[0] = tag;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], length);
        return span[(1 + sizeof(int))..];
    }

    private Span<byte> Take(int count)
    {
        var needed = checked(_length + count);
        if (needed > _buffer.Length)
            Array.Resize(ref _buffer, (int)Math.Clamp(_buffer.Length * 2L, needed, Array.MaxLength));
        var span = _buffer.AsSpan(_length, count);
        _length = needed;
        return span;
    }
}
