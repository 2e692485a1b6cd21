using Godwit.Engine.Journal;

namespace Godwit.Engine.Ledger;

/// <summary>How a target stands to the ledger of a run.</summary>
public abstract record LedgerJudgement
{
    private LedgerJudgement()
    {
    }

    /// <summary>The target has everything that the ledger says.</summary>
    public sealed record Fits : LedgerJudgement;

    /// <summary>It does not, and somebody put on record, signed, that it went back. <paramref name="Incarnation"/> is the one since then.</summary>
    public sealed record Explained(Guid Incarnation) : LedgerJudgement;

    /// <summary>It went back.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Known">The last entry that the ledger knows.</param>
    /// <param name="Held">The last one that target and ledger agree on.</param>
    /// <param name="Why">What shows it.</param>
    /// <param name="Steps">The steps whose states were lost, with the last one known.</param>
    public sealed record Rewound(Guid Run, JournalPosition Known, JournalPosition Held, string Why, IReadOnlyList<KeyValuePair<string, string>> Steps) : LedgerJudgement;

    /// <param name="ledger">Whole, with at least one entry.</param>
    /// <param name="target">As it is.</param>
    /// <param name="end">Where its journal of the run ends; null when it has nothing of the run.</param>
    /// <param name="hashes">Hashes of entries that the ledger names, as far as the target has them.</param>
    /// <param name="forks">Of the target, signed by known keys.</param>
    public static LedgerJudgement Of(IReadOnlyList<LedgerEntry> ledger, TargetIdentity target, JournalPosition? end, IReadOnlyDictionary<long, string> hashes, IReadOnlyList<JournalFork> forks)
    {
        var last = ledger[^1];
        var start = JournalChain.Start(last.Run);
        // A runner that was replaced may have added its last line after its successor's first: each line holds for itself, and the furthest tells.
        var life = ledger.Where(e => e.Target.Incarnation == last.Target.Incarnation).ToList();
        var known = life.MaxBy(e => e.Head.Sequence)!.Head;
        var isHeld = Holds(known);
        var isSameLife = last.Target.Incarnation is null || last.Target.Incarnation == target.Incarnation;
        // Written before the target's first change: that it never came about is no loss.
        if (known.Sequence == 0 && (end is null || isSameLife)) return new Fits();
        if (isHeld && isSameLife) return new Fits();
        var fork = forks.LastOrDefault(f => f.Incarnation == target.Incarnation);
        if (!isSameLife && fork is not null && (isHeld || (fork.Run == last.Run && fork.GivesUp(known)))) return new Explained(fork.Incarnation);
        var held = isHeld ? known
            : end is null ? start
            : end.Sequence < known.Sequence && life.Where(e => e.Head.Sequence <= end.Sequence).All(e => Holds(e.Head)) ? end
            : life.Where(e => Holds(e.Head)).MaxBy(e => e.Head.Sequence)?.Head ?? start;
        var why = end is null ? "the target has nothing of it"
            : isHeld ? "the target is another incarnation, and nobody put on record why"
            : end.Sequence < known.Sequence ? $"the target's ends with entry {end.Sequence}"
            : $"the target's has another entry {known.Sequence}";
        if (target.Timeline != last.Target.Timeline) why += $"; its timeline was {last.Target.Timeline} and is {target.Timeline}";
        var lost = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (step, state) in life.Where(e => e.Head.Sequence > held.Sequence).OrderBy(e => e.Head.Sequence).SelectMany(e => e.Steps)) lost[step] = state;
        return new Rewound(last.Run, known, held, why, [.. lost]);

        bool Holds(JournalPosition position) => position.Sequence == 0 ? end is not null : hashes.TryGetValue(position.Sequence, out var hash) && hash == position.Hash;
    }
}
