namespace Godwit.Engine.Journal;

/// <summary>What is wrong with a journal.</summary>
public enum JournalFaultKind
{
    /// <summary>An entry does not say what it said when it was written.</summary>
    Changed,

    /// <summary>An entry is not there, and later ones are.</summary>
    Missing,

    /// <summary>An entry stands elsewhere.</summary>
    Moved,

    /// <summary>An entry is there that was not written by the run.</summary>
    Added,

    /// <summary>The journal ends before an entry that a signed head, an export or a known head has.</summary>
    TailCut,

    /// <summary>The chain holds, but it is not the chain that was signed or exported.</summary>
    Rewritten,

    /// <summary>A head's signature does not belong to it.</summary>
    BadSignature,

    /// <summary>A fork whose statement is not signed by a known key, or does not fit.</summary>
    ForkNotAttested,

    /// <summary>A line of a file is no record of a journal.</summary>
    Unreadable,
}

/// <param name="Kind">What.</param>
/// <param name="Sequence">The number of the entry that belongs at the place; for a <see cref="JournalFaultKind.Rewritten"/> found by heads, the first that may be bad. 0 when no entry is meant.</param>
/// <param name="Message">A sentence, without an entry's content.</param>
/// <param name="Line">Of the file, from 1; null for a journal in a database.</param>
/// <param name="Column">Of the line, in bytes from 1.</param>
public sealed record JournalFault(JournalFaultKind Kind, long Sequence, string Message, int? Line = null, int? Column = null);
