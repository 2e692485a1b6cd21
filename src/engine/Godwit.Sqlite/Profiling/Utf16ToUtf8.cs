using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Godwit.Sqlite.Profiling;

/// <summary>Texts of a UTF-16 database as the UTF-8 that the target gets.</summary>
internal static class Utf16ToUtf8
{
    /// <summary>The UTF-8 of a UTF-16 text in <paramref name="buffer"/>, which grows as it must; false where a surrogate stands alone or half a unit is left over.</summary>
    public static bool TryConvert(ReadOnlySpan<byte> utf16, bool isBigEndian, ref byte[] buffer, out ReadOnlySpan<byte> utf8)
    {
        utf8 = default;
        if ((utf16.Length & 1) != 0) return false;
        var units = utf16.Length / 2;
        // Three bytes a unit at most; SQLite's largest text has half a billion units.
        var utf8Bytes = checked(units * 3 + 1) & ~1;
        scoped ReadOnlySpan<char> native;
        if (isBigEndian != BitConverter.IsLittleEndian)
        {
            native = MemoryMarshal.Cast<byte, char>(utf16);
            Grow(ref buffer, utf8Bytes);
        }
        else
        {
            // The tail of the buffer takes the units in this machine's order, where one array holds both.
            var both = utf8Bytes + units * 2L <= Array.MaxLength;
            Grow(ref buffer, both ? utf8Bytes + units * 2 : utf8Bytes);
            var swapped = both ? MemoryMarshal.Cast<byte, ushort>(buffer.AsSpan(utf8Bytes, units * 2)) : new ushort[units];
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, ushort>(utf16), swapped);
            native = MemoryMarshal.Cast<ushort, char>(swapped);
        }
        var status = Utf8.FromUtf16(native, buffer.AsSpan(0, utf8Bytes), out _, out var written, replaceInvalidSequences: false);
        if (status != System.Buffers.OperationStatus.Done) return false;
        utf8 = buffer.AsSpan(0, written);
        return true;
    }

    private static void Grow(ref byte[] buffer, int bytes)
    {
        if (buffer.Length < bytes) buffer = new byte[Math.Max(bytes, 4096)];
    }
}
