using Godwit.Security.Signing;

namespace Godwit.Engine.Journal;

/// <summary>An exported journal: JSON Lines in UTF-8, a header first, then keys, entries and heads as they came (docs/journal.md).</summary>
public static class JournalFile
{
    /// <summary>The lines from where the stream stands, one after another.</summary>
    public static IEnumerable<JournalLine> Read(Stream stream)
    {
        var buffer = new byte[JournalText.LongestLine + 1];
        var number = 1;
        var filled = 0;
        while (true)
        {
            var read = stream.Read(buffer, filled, buffer.Length - filled);
            filled += read;
            var start = 0;
            while (Array.IndexOf(buffer, (byte)'\n', start, filled - start) is var end and >= 0)
            {
                yield return JournalText.Read(number++, buffer.AsMemory(start, end - start));
                start = end + 1;
            }
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (filled == buffer.Length)
            {
                yield return new JournalLine(number, null, filled, "the line is longer than a journal's are; what follows is not read");
                yield break;
            }
            if (read != 0) continue;
            if (filled > 0) yield return new JournalLine(number, null, filled, "the last line is unfinished", IsUnfinished: true);
            yield break;
        }
    }

    /// <summary>Reads an export into a verifier. Nothing is thrown for what stands in it.</summary>
    /// <param name="lines">As <see cref="Read"/> gives them.</param>
    /// <param name="known">The keys whose signatures count.</param>
    /// <param name="run">The run whose journal it must be; null takes any.</param>
    public static JournalFileReading Load(IEnumerable<JournalLine> lines, KnownSigners known, Guid? run = null)
    {
        Guid? owner = null;
        JournalVerifier? verifier = null;
        var keys = new Dictionary<string, EcPublicKey>(StringComparer.Ordinal);
        var isUnfinished = false;
        var expected = 1L;
        foreach (var line in lines)
        {
            if (verifier is null)
            {
                if (line.Record is not JournalRecord.Header(var header))
                    return new JournalFileReading(null, null, line.IsUnfinished, new JournalFault(JournalFaultKind.Unreadable, 0, "this is no exported journal: its first line is no header", line.Number, line.Column));
                owner = header;
                if (run is not null && run != owner)
                    return new JournalFileReading(null, owner, false, new JournalFault(JournalFaultKind.Unreadable, 0, $"this is the journal of run {owner}, not of {run}", line.Number));
                verifier = new JournalVerifier(header, known);
                continue;
            }
            isUnfinished |= line.IsUnfinished;
            switch (line.Record)
            {
                case JournalRecord.Key(var key): keys[key.Kid] = key; break;
                case JournalRecord.Entry(var entry):
                    verifier.Add(entry, line.Number);
                    expected = entry.Sequence + 1;
                    break;
                case JournalRecord.Head(var head): verifier.Add(new SignedHead(head, keys.GetValueOrDefault(head.Kid)), line.Number); break;
                case JournalRecord.Header: verifier.Add(new JournalFault(JournalFaultKind.Unreadable, expected, "a header stands in the middle", line.Number)); break;
                case null when !line.IsUnfinished: verifier.Add(new JournalFault(JournalFaultKind.Unreadable, expected, line.Problem!, line.Number, line.Column)); break;
            }
        }
        return verifier is not null
            ? new JournalFileReading(verifier, owner, isUnfinished, null)
            : new JournalFileReading(null, null, false, new JournalFault(JournalFaultKind.Unreadable, 0, "this is no exported journal: it is empty", 1));
    }
}

/// <param name="Verifier">Holds the file's records; null when it is no journal, or not the one asked for.</param>
/// <param name="Run">Whose it is.</param>
/// <param name="IsUnfinished">Its last line was cut by a crash, and was left out.</param>
/// <param name="Refusal">Why there is no verifier.</param>
public sealed record JournalFileReading(JournalVerifier? Verifier, Guid? Run, bool IsUnfinished, JournalFault? Refusal);
