namespace Godwit.Engine.Journal.Export;

/// <summary>Where a journal is copied to while its run goes on: somewhere that whoever can write to the target cannot write to.</summary>
public interface IJournalSink : IAsyncDisposable
{
    /// <summary>For <c>status</c>: no password, no token.</summary>
    string Name { get; }

    /// <summary>Where the sink stands; null when it holds nothing of this run or cannot tell, and is sent everything.</summary>
    /// <exception cref="JournalSinkException">It cannot be asked.</exception>
    Task<SinkPosition?> FindPositionAsync(Guid run, CancellationToken cancellation);

    /// <summary>Adds a batch, whole. May be called again with the same batch after a fault: whatever the sink does, it does once for a key.</summary>
    /// <exception cref="JournalSinkException">The batch is not there, or nobody knows.</exception>
    Task WriteAsync(JournalBatch batch, CancellationToken cancellation);
}

/// <param name="Last">The last entry that the sink holds.</param>
/// <param name="Heads">The heads it holds: entry and key.</param>
public sealed record SinkPosition(JournalPosition Last, IReadOnlySet<(long Sequence, string Kid)> Heads);

/// <param name="Run">Whose.</param>
/// <param name="IsFirst">Nothing was sent before it: the sink begins with a header.</param>
/// <param name="Entries">In order.</param>
/// <param name="Heads">At entries of this batch or of earlier ones.</param>
public sealed record JournalBatch(Guid Run, bool IsFirst, IReadOnlyList<JournalEntry> Entries, IReadOnlyList<SignedHead> Heads)
{
    /// <summary>The same for the same content, whoever sends it.</summary>
    public string IdempotencyKey
    {
        get
        {
            var content = JournalText.Write([.. Entries.Select(e => new JournalRecord.Entry(e)), .. Heads.Select(h => new JournalRecord.Head(h.Head))]);
            return $"{Run:D}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))[..32]}";
        }
    }

    /// <param name="known">Thumbprints of keys that were written before; those written now are added.</param>
    internal IEnumerable<JournalRecord> Records(ISet<string> known)
    {
        if (IsFirst) yield return new JournalRecord.Header(Run);
        foreach (var entry in Entries) yield return new JournalRecord.Entry(entry);
        foreach (var head in Heads)
        {
            if (head.Key is { } key && known.Add(key.Kid)) yield return new JournalRecord.Key(key);
            yield return new JournalRecord.Head(head.Head);
        }
    }
}

/// <summary>A sink did not take a batch. The message is for a person and holds no secret.</summary>
/// <param name="message">What happened.</param>
/// <param name="mayTryAgain">Whether the same may work later.</param>
/// <param name="inner">The fault behind it.</param>
public sealed class JournalSinkException(string message, bool mayTryAgain, Exception? inner = null) : Exception(message, inner)
{
    public bool MayTryAgain { get; } = mayTryAgain;
}
