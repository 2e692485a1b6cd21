using System.Globalization;

namespace Godwit.Engine.Journal;

/// <summary>A place in a journal: an entry's number and hash. Number 0 with <see cref="JournalChain.Genesis"/> is the empty journal.</summary>
public sealed record JournalPosition(long Sequence, string Hash)
{
    public static JournalPosition Of(JournalEntry entry) => new(entry.Sequence, entry.Hash);

    public static JournalPosition Of(JournalHead head) => new(head.Sequence, head.Hash);

    /// <summary>Reads <c>SEQUENCE:HASH</c>, as reports and certificates print a head; null when the text is none.</summary>
    public static JournalPosition? TryParse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && long.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) && sequence > 0
            && JournalChain.IsHash(text[(colon + 1)..])
            ? new JournalPosition(sequence, text[(colon + 1)..])
            : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sequence}:{Hash}");
}
