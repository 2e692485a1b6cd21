using Godwit.Security.Signing;

namespace Godwit.Engine.Journal;

/// <summary>
/// Follows the chain from its beginning to the first entry that does not hang together with what is before it, and says which entry that makes bad. A
/// break is between two entries; what comes after tells which of them was meddled with.
/// </summary>
/// <param name="run">Whose journal it is.</param>
/// <param name="links">In the order of the stream.</param>
/// <param name="signed">What signed heads say the hash of an entry is.</param>
internal sealed class JournalWalk(Guid run, IReadOnlyList<JournalLink> links, ILookup<long, string> signed)
{
    private readonly List<JournalLink> _branch = [];
    private readonly HashSet<JournalPosition> _abandoned = [];

    /// <summary>The entries that hold, numbered from 1 at index 0.</summary>
    public IReadOnlyList<JournalLink> Branch => _branch;

    /// <summary>Entries of the stream that an attested fork gave up.</summary>
    public IReadOnlySet<JournalPosition> Abandoned => _abandoned;

    public JournalPosition End => _branch.Count == 0 ? JournalChain.Start(run) : _branch[^1].Position;

    /// <returns>The first bad entry, or null.</returns>
    public JournalFault? Run()
    {
        for (var i = 0; i < links.Count; i++)
        {
            var link = links[i];
            if (!link.Sound) return Unsound(i);
            if (link.IsFork && (link.Sequence < Expected || link.Follows(End)))
            {
                if (Misfit(link) is { } fault) return fault;
                GiveUp(link.Fork!.Restored.Sequence);
            }
            else if (!link.Follows(End)) return Break(i);
            _branch.Add(link);
        }
        return null;
    }

    private long Expected => End.Sequence + 1;

    private void GiveUp(long after)
    {
        foreach (var link in _branch.Skip((int)after)) _abandoned.Add(link.Position);
        _branch.RemoveRange((int)after, _branch.Count - (int)after);
    }

    private JournalFault? Misfit(JournalLink link)
    {
        if (link.Fork is not { } fork || link.Attestation is SignerVerdict.BadSignature or null)
            return Fault(JournalFaultKind.ForkNotAttested, link.Sequence, "the entry says that the journal forked, and no signature attests it", link);
        if (link.Attestation == SignerVerdict.UnknownSigner)
            return Fault(JournalFaultKind.ForkNotAttested, link.Sequence, $"the entry says that the journal forked, signed by a key that is unknown here ({fork.Key.Kid})", link);
        // A journal that was read from the restored database has no entry beyond the restored one; an export that went on has some, at most up to the abandoned one.
        var restored = fork.Restored.Sequence == 0 ? JournalChain.Start(run)
            : fork.Restored.Sequence > 0 && fork.Restored.Sequence <= _branch.Count ? _branch[(int)fork.Restored.Sequence - 1].Position : null;
        return fork.Run == run && fork.Restored == restored && link.Follows(restored) && (End == restored || fork.GivesUp(End))
            ? null
            : Fault(JournalFaultKind.ForkNotAttested, link.Sequence, "the entry says that the journal forked, but from another place than where it stands", link);
    }

    private JournalFault Unsound(int index) => IsInsertion(index)
        ? Fault(JournalFaultKind.Added, Expected, $"entry {Expected} was put in: its hash is not its own, and the right entry follows it", links[index])
        : Fault(JournalFaultKind.Changed, Expected, $"entry {Expected} was changed: its hash is not that of its content", links[index]);

    /// <summary>An entry whose own hash is right, but which does not follow what is before it.</summary>
    private JournalFault Break(int index)
    {
        var link = links[index];
        if (IsInsertion(index) && !IsFollowed(index) && !IsAwaited(index))
            return Fault(JournalFaultKind.Added, Expected, $"the entry at the place of entry {Expected} was put in: the right one follows it", link);
        if (link.Sequence > Expected)
            return IsAwaited(index) || links.Skip(index + 1).Any(l => l.Sequence == Expected)
                ? Fault(JournalFaultKind.Moved, Expected, $"entry {Expected} is not in its place: entry {link.Sequence} stands there", link)
                : Fault(JournalFaultKind.Missing, Expected, $"entry {Expected} is missing: entry {link.Sequence} stands in its place", link);
        return link.Sequence == Expected ? WrongPrevious(index) : Backwards(index);
    }

    /// <summary>The number is right, and the hash of the entry before is another.</summary>
    private JournalFault WrongPrevious(int index)
    {
        var link = links[index];
        // Something after it, or a signature, holds to this entry: then it is the one before that was exchanged. A forger who wrote this one would have made it fit.
        var isForgery = _branch.Count == 0 || IsSigned(End) || IsRefuted(link.Position) || (index + 1 < links.Count && !IsFollowed(index) && !IsSigned(link.Position));
        return isForgery
            ? Fault(JournalFaultKind.Changed, Expected, $"entry {Expected} was changed: it does not follow the entry before it", link)
            : TakeBack($"entry {End.Sequence} was changed: entry {link.Sequence} was written after another one", JournalFaultKind.Changed);
    }

    /// <summary>A number that was there already.</summary>
    private JournalFault Backwards(int index)
    {
        var link = links[index];
        var before = _branch.Count > 1 ? _branch[^2].Position : JournalChain.Start(run);
        if (_branch.Count > 0 && link.Follows(before) && link.Position != End && !IsSigned(End) && (IsSigned(link.Position) || IsFollowed(index)))
            return TakeBack($"entry {End.Sequence} was put in: another entry {link.Sequence} is the one that entry {link.Sequence + 1} follows", JournalFaultKind.Added);
        return Fault(JournalFaultKind.Added, Expected, $"after entry {End.Sequence} stands another entry {link.Sequence}", link);
    }

    private bool IsInsertion(int index) => index + 1 < links.Count && links[index + 1] is { Sound: true } next && next.Follows(End);

    /// <summary>Whether the entry is the only one of its kind and the one before it comes later: it was moved, not put in.</summary>
    private bool IsAwaited(int index)
    {
        var link = links[index];
        var later = links.Skip(index + 1);
        return link.Sequence > Expected && later.Any(l => link.Follows(l.Position)) && !later.Any(l => l.Position == link.Position);
    }

    private bool IsSigned(JournalPosition position) => signed[position.Sequence].Contains(position.Hash);

    private bool IsRefuted(JournalPosition position) => signed[position.Sequence].Any() && !IsSigned(position);

    private bool IsFollowed(int index) => index + 1 < links.Count && links[index + 1].Follows(links[index].Position);

    /// <summary>The last entry that seemed to hold is the bad one.</summary>
    private JournalFault TakeBack(string message, JournalFaultKind kind)
    {
        var bad = _branch[^1];
        _branch.RemoveAt(_branch.Count - 1);
        return Fault(kind, bad.Sequence, message, bad);
    }

    private static JournalFault Fault(JournalFaultKind kind, long sequence, string message, JournalLink link) => new(kind, sequence, message, link.Line);
}
