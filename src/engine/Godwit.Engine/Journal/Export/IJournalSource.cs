namespace Godwit.Engine.Journal.Export;

/// <summary>Where a run's journal is read while it is written: committed entries only, and never one that has an uncommitted one before it.</summary>
public interface IJournalSource
{
    /// <summary>Entries after a number, in order, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<JournalEntry>> ReadAsync(Guid run, long after, int limit, CancellationToken cancellation);

    /// <summary>Heads at this entry or a later one, in order.</summary>
    Task<IReadOnlyList<SignedHead>> ReadHeadsAsync(Guid run, long from, CancellationToken cancellation);

    /// <summary>Entries of the kind <see cref="JournalFork.Kind"/>, in order.</summary>
    Task<IReadOnlyList<JournalEntry>> ReadForksAsync(Guid run, CancellationToken cancellation);
}
