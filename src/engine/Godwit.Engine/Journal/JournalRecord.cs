using Godwit.Security.Signing;

namespace Godwit.Engine.Journal;

/// <summary>One line of an exported journal.</summary>
public abstract record JournalRecord
{
    private JournalRecord()
    {
    }

    /// <summary>The first line: what the file is, and whose journal.</summary>
    public sealed record Header(Guid Run) : JournalRecord;

    /// <summary>A public key that later heads name by its thumbprint.</summary>
    public sealed record Key(EcPublicKey Value) : JournalRecord;

    public sealed record Entry(JournalEntry Value) : JournalRecord;

    public sealed record Head(JournalHead Value) : JournalRecord;
}

/// <summary>A line of a file, or what is wrong with it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Record">Null when the line is none.</param>
/// <param name="Column">Where it is wrong, in bytes from 1.</param>
/// <param name="Problem">What is wrong, without the line's content.</param>
/// <param name="IsUnfinished">The file's last line, without its end: whoever wrote it was killed meanwhile. It counts for nothing.</param>
public sealed record JournalLine(int Number, JournalRecord? Record, int Column = 1, string? Problem = null, bool IsUnfinished = false);
