namespace Godwit.Engine.Journal;

/// <summary>
/// What is known of a journal from elsewhere: an earlier export, or heads that somebody wrote down. A journal that was rewritten whole, signatures and all, still
/// contradicts it.
/// </summary>
/// <param name="Hashes">Of entries 1, 2, 3, …</param>
/// <param name="Heads">Single entries.</param>
public sealed record JournalWitness(IReadOnlyList<string> Hashes, IReadOnlyList<JournalPosition> Heads)
{
    public static JournalWitness Nothing { get; } = new([], []);
}
