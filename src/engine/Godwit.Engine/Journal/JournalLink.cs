using Godwit.Security.Signing;

namespace Godwit.Engine.Journal;

/// <summary>What verifying keeps of an entry once its own hash was computed: enough to tell how the entries hang together, small enough for a long journal.</summary>
/// <param name="Sound">Its own hash is right.</param>
/// <param name="Fork">What it states, when it is a fork.</param>
/// <param name="Attestation">Whose statement that is; null for what is no fork, or one that states nothing.</param>
internal sealed record JournalLink(long Sequence, string Hash, string Previous, bool Sound, bool IsFork, JournalFork? Fork, SignerVerdict? Attestation, int? Line)
{
    public JournalPosition Position => new(Sequence, Hash);

    public static JournalLink Of(JournalEntry entry, KnownSigners known, int? line)
    {
        var isFork = entry.Kind == JournalFork.Kind;
        var fork = isFork ? JournalFork.TryRead(entry.Body) : null;
        return new JournalLink(entry.Sequence, entry.Hash, entry.Previous, JournalChain.IsSound(entry), isFork, fork, fork?.Judge(known), line);
    }

    /// <summary>Whether this entry was written right after another.</summary>
    public bool Follows(JournalPosition other) => Sequence == other.Sequence + 1 && Previous == other.Hash;
}
