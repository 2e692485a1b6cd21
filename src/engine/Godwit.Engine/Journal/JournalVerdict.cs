namespace Godwit.Engine.Journal;

public enum JournalState
{
    /// <summary>The chain holds, and a known key signed it.</summary>
    Sound,

    /// <summary>The chain holds, but keys signed it that nothing here vouches for: anybody can make such a journal.</summary>
    UnknownSigner,

    /// <summary>The chain holds, and nobody signed it.</summary>
    Unsigned,

    /// <summary>There are faults.</summary>
    Broken,
}

/// <summary>What verifying a journal found.</summary>
public sealed record JournalVerdict
{
    public required Guid Run { get; init; }

    public required JournalState State { get; init; }

    /// <summary>The first is at the first bad entry.</summary>
    public required IReadOnlyList<JournalFault> Faults { get; init; }

    /// <summary>The last entry up to which the chain holds.</summary>
    public required JournalPosition End { get; init; }

    /// <summary>The last entry that a known key signed; what follows it is vouched for by the chain alone. 0: none.</summary>
    public required long SignedTo { get; init; }

    /// <summary>Thumbprints of known keys that signed.</summary>
    public required IReadOnlyList<string> Signers { get; init; }

    public required IReadOnlyList<string> UnknownSigners { get; init; }

    /// <summary>Attested restores.</summary>
    public required IReadOnlyList<JournalFork> Forks { get; init; }
}
