namespace Godwit.Engine.Journal;

/// <summary>How a journal stands to a position that somebody else knows.</summary>
internal enum Standing
{
    /// <summary>The journal has it.</summary>
    Held,

    /// <summary>An attested restore gave it up.</summary>
    GivenUp,

    /// <summary>The journal ends before it.</summary>
    Absent,

    /// <summary>The journal has another entry of that number.</summary>
    Differs,

    /// <summary>It lies beyond the first bad entry: nothing more is said.</summary>
    BeyondBreak,
}

/// <param name="walk">Ran to its end, or to the first bad entry.</param>
/// <param name="forks">Attested.</param>
/// <param name="isWhole">Whether there was no bad entry.</param>
internal sealed class JournalStanding(JournalWalk walk, IReadOnlyList<JournalFork> forks, bool isWhole)
{
    public Standing Of(JournalPosition position)
    {
        var own = Own(position.Sequence);
        if (own?.Hash == position.Hash) return Standing.Held;
        if (walk.Abandoned.Contains(position) || forks.Any(f => f.GivesUp(position))) return Standing.GivenUp;
        return own is not null ? Standing.Differs : isWhole ? Standing.Absent : Standing.BeyondBreak;
    }

    public int? Line(long sequence) => Own(sequence)?.Line;

    private JournalLink? Own(long sequence) => sequence >= 1 && sequence <= walk.Branch.Count ? walk.Branch[(int)sequence - 1] : null;
}
