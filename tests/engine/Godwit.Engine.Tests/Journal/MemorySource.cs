using Godwit.Engine.Journal;
using Godwit.Engine.Journal.Export;

namespace Godwit.Engine.Tests.Journal;

/// <summary>Reads a journal that a test holds.</summary>
internal sealed class MemorySource(WrittenJournal journal) : IJournalSource
{
    public Task<IReadOnlyList<JournalEntry>> ReadAsync(Guid run, long after, int limit, CancellationToken cancellation)
    {
        lock (journal) return Task.FromResult<IReadOnlyList<JournalEntry>>([.. journal.Entries.Where(e => e.Sequence > after).Take(limit)]);
    }

    public Task<IReadOnlyList<SignedHead>> ReadHeadsAsync(Guid run, long from, CancellationToken cancellation)
    {
        lock (journal) return Task.FromResult<IReadOnlyList<SignedHead>>([.. journal.Heads.Where(h => h.Head.Sequence >= from)]);
    }

    public Task<IReadOnlyList<JournalEntry>> ReadForksAsync(Guid run, CancellationToken cancellation)
    {
        lock (journal) return Task.FromResult<IReadOnlyList<JournalEntry>>([.. journal.Entries.Where(e => e.Kind == JournalFork.Kind)]);
    }
}
