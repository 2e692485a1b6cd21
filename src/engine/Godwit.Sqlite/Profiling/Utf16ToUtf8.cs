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
        // Three bytes a unit at most; the tail of the buffer takes the units in this machine's order.
        var needed = checked(units * 5 + 2);
        if (buffer.Length < needed) buffer = new byte[Math.Max(needed, 4096)];
        var start = (units * 3 + 1) & ~1;
        var native = MemoryMarshal.Cast<byte, char>(buffer.AsSpan(start, units * 2));
        for (var i = 0; i < units; i++)
        {
            var unit = utf16.Slice(i * 2, 2);
            native[i] = (char)(isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(unit) : BinaryPrimitives.ReadUInt16LittleEndian(unit));
        }
        var status = Utf8.FromUtf16(native, buffer.AsSpan(0, start), out _, out var written, replaceInvalidSequences: false);
        if (status != System.Buffers.OperationStatus.Done) return false;
        utf8 = buffer.AsSpan(0, written);
        return true;
    }
}
