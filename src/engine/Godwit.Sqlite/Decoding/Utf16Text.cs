using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Godwit.Sqlite.Decoding;

/// <summary>
/// TEXT of a UTF-16 database as UTF-8. What is not valid stays told apart: a lone surrogate becomes the three bytes that UTF-8 forbids for it and
/// an odd last byte becomes FF, so that no valid text of the target ever equals it, where U+FFFD might.
/// </summary>
internal static class Utf16Text
{
    public static void Add(ReadOnlySpan<byte> bytes, bool bigEndian, SourceImage image)
    {
        // A unit of two bytes becomes three bytes at most; a surrogate pair, two units, becomes four.
        var rented = ArrayPool<byte>.Shared.Rent(checked(bytes.Length / 2 * 3 + 1));
        var length = 0;
        var i = 0;
        for (; i + 1 < bytes.Length; i += 2)
        {
            var unit = Unit(bytes[i..], bigEndian);
            if (char.IsHighSurrogate(unit) && i + 3 < bytes.Length && Unit(bytes[(i + 2)..], bigEndian) is var low && char.IsLowSurrogate(low))
            {
                length += new Rune(unit, low).EncodeToUtf8(rented.AsSpan(length));
                i += 2;
            }
            else if (char.IsSurrogate(unit))
            {
                rented[length++] = (byte)(0xE0 | (unit >> 12));
                rented[length++] = (byte)(0x80 | ((unit >> 6) & 0x3F));
                rented[length++] = (byte)(0x80 | (unit & 0x3F));
            }
            else
            {
                length += new Rune(unit).EncodeToUtf8(rented.AsSpan(length));
            }
        }
        if (i < bytes.Length) rented[length++] = 0xFF;
        image.AddText(rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
    }

    private static char Unit(ReadOnlySpan<byte> at, bool bigEndian) =>
        (char)(bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at));
}
