using System.Globalization;

namespace Godwit.Identity.Passwords;

/// <summary>Lines <c>HASH</c> or <c>HASH:COUNT</c> in ascending order, one at a time: none is longer than the buffer of a line, whatever the input is.</summary>
internal static class HashLines
{
    private const int HashBytes = 20, LongestLine = 64;

    public static IEnumerable<byte[]> Read(Stream from)
    {
        using var buffered = new BufferedStream(from, 1 << 20);
        var line = new byte[LongestLine];
        byte[]? last = null;
        for (long number = 1; ; number++)
        {
            var length = ReadLine(buffered, line, number);
            if (length < 0) yield break;
            if (length == 0) continue;
            if (!TryParse(line.AsSpan(0, length), out var hash, out var seen)) throw new BreachedPasswordsException($"line {number} is no SHA-1 hash of 40 hexadecimal digits with its count after a colon");
            if (last is not null && last.AsSpan().SequenceCompareTo(hash) > 0) throw new BreachedPasswordsException($"line {number} stands after a greater hash: the lines have to be in ascending order of the hashes");
            last = hash;
            // The range interface fills its answers up with hashes that nobody has seen.
            if (seen) yield return hash;
        }
    }

    /// <returns>How many bytes the line has without its end, or -1 at the end of the input.</returns>
    private static int ReadLine(BufferedStream from, byte[] line, long number)
    {
        var length = 0;
        while (true)
        {
            var read = from.ReadByte();
            if (read < 0) return length == 0 ? -1 : length;
            if (read == '\n') return length > 0 && line[length - 1] == '\r' ? length - 1 : length;
            if (length == line.Length) throw new BreachedPasswordsException($"line {number} is longer than a hash with its count");
            line[length++] = (byte)read;
        }
    }

    private static bool TryParse(ReadOnlySpan<byte> line, out byte[] hash, out bool seen)
    {
        hash = new byte[HashBytes];
        seen = true;
        if (line.Length < 2 * HashBytes || Convert.FromHexString(line[..(2 * HashBytes)], hash, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        if (line.Length == 2 * HashBytes) return true;
        if (line[2 * HashBytes] != ':' || !long.TryParse(line[((2 * HashBytes) + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return false;
        seen = count > 0;
        return true;
    }
}
