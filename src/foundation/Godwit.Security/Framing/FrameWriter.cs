using System.Buffers.Binary;
using System.Text;

namespace Godwit.Security.Framing;

/// <summary>
/// Puts several parts into one sequence of bytes from which they can be told again: each part after its length, 32 bits big-endian. Two lists of parts that differ
/// anywhere never have the same bytes, as they would if the parts were only strung together ("ab" "c" and "a" "bc").
/// </summary>
internal ref struct FrameWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _at;

    public static int LengthOf(int part) => checked(sizeof(uint) + part);

    public readonly ReadOnlySpan<byte> Written => _buffer[.._at];

    public void Part(scoped ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer[_at..], part.Length);
        part.CopyTo(_buffer[(_at + sizeof(uint))..]);
        _at += LengthOf(part.Length);
    }

    public void Text(Encoding encoding, scoped ReadOnlySpan<char> text)
    {
        var length = encoding.GetBytes(text, _buffer[(_at + sizeof(uint))..]);
        BinaryPrimitives.WriteInt32BigEndian(_buffer[_at..], length);
        _at += LengthOf(length);
    }

    /// <summary>Bytes whose length the format fixes, without one of their own.</summary>
    public void Fixed(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[_at..]);
        _at += bytes.Length;
    }
}
