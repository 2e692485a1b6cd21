using System.Globalization;
using System.Text;

namespace Godwit.Identity.Passwords;

/// <summary>
/// Makes the file that <c>BreachedPasswords</c> reads. It appears under its name when it is whole; the same input gives the same bytes. Memory is bounded by the largest shard, whatever the input's length.
/// </summary>
public static class BreachedPasswordsBuilder
{
    private const int MostInShard = 1 << 20, HashesPerShard = 1 << 14;

    /// <summary>A line of the whole list, with its count.</summary>
    private const int BytesPerLine = 44;

    /// <summary>From lines <c>HASH</c> or <c>HASH:COUNT</c> with a SHA-1 hash of 40 hexadecimal digits, in ascending order: the whole of Have I Been Pwned as its downloader writes it. Lines that count 0 are left out.</summary>
    /// <param name="from">The lines.</param>
    /// <param name="to">The file to write.</param>
    /// <param name="length">Bytes of the input; -1 when nobody knows, and the file is laid out for a thousand million hashes.</param>
    /// <returns>How many hashes the file holds.</returns>
    /// <exception cref="BreachedPasswordsException">A line is something else, or stands too late; or the hashes are not spread as hashes are. Nothing was written.</exception>
    /// <exception cref="IOException">The input cannot be read or the file not be written.</exception>
    public static long FromHashes(Stream from, string to, long length = -1) => Write(HashLines.Read(from), to, BitsFor(length < 0 ? 1_000_000_000 : length / BytesPerLine));

    /// <summary>From passwords, one a line in UTF-8. Those that the rules refuse for their length are left out; of the others the normal form is taken, as it is and in lower case. The list is held in memory.</summary>
    /// <returns>As above.</returns>
    /// <exception cref="IOException">The input cannot be read or the file not be written.</exception>
    public static long FromPasswords(TextReader from, string to)
    {
        var hashes = new SortedSet<byte[]>(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        while (from.ReadLine() is { } line)
        {
            if (PasswordRules.Form(line) is not { } form || !PasswordRules.HasLength(form)) continue;
            hashes.Add(BreachedFormat.HashOf(Encoding.UTF8.GetBytes(form)));
            hashes.Add(BreachedFormat.HashOf(Encoding.UTF8.GetBytes(form.ToLowerInvariant())));
        }
        return Write(hashes, to, BitsFor(hashes.Count));
    }

    private static int BitsFor(long hashes)
    {
        var bits = 0;
        while (bits < BreachedFormat.MostPrefixBits && hashes >> bits > HashesPerShard) bits++;
        return bits;
    }

    private static long Write(IEnumerable<byte[]> hashes, string to, int prefixBits)
    {
        var unfinished = $"{to}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.unfinished";
        try
        {
            long count;
            using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
            {
                count = WriteShards(hashes, file, prefixBits);
                file.Flush(flushToDisk: true);
            }
            File.Move(unfinished, to, overwrite: true);
            return count;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static long WriteShards(IEnumerable<byte[]> hashes, FileStream file, int prefixBits)
    {
        var directory = new byte[(1 << prefixBits) * BreachedFormat.EntryLength];
        file.Position = BreachedFormat.HeaderLength + directory.Length;
        var keys = new List<ulong>();
        var (shard, count) = (0, 0L);
        foreach (var hash in hashes)
        {
            var next = BreachedFormat.ShardOf(hash, prefixBits);
            while (shard < next) Finish();
            keys.Add(BreachedFormat.KeyOf(hash));
            if (keys.Count > MostInShard) throw new BreachedPasswordsException("the hashes are not spread as hashes are, or the input is longer than was said");
        }
        while (shard < 1 << prefixBits) Finish();
        var header = new byte[BreachedFormat.HeaderLength];
        BreachedFormat.WriteHeader(header, prefixBits, count, file.Position, directory);
        file.Position = 0;
        file.Write(header);
        file.Write(directory);
        return count;

        void Finish()
        {
            // Two hashes may agree in these 64 bits; the filter takes each key once.
            keys.Sort();
            var distinct = keys.Distinct().ToArray();
            var (slots, seed) = XorFilter.Build(distinct);
            BreachedFormat.WriteEntry(directory.AsSpan(shard * BreachedFormat.EntryLength), file.Position, seed, slots);
            file.Write(slots);
            count += distinct.Length;
            keys.Clear();
            shard++;
        }
    }
}
