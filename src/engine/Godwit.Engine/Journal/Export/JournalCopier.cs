namespace Godwit.Engine.Journal.Export;

/// <summary>
/// Brings a sink up to the journal: what the sink holds must be in the journal, else the journal went back in time and nothing is added to the
/// sink (hazards: a restore rewinds the run itself).
/// </summary>
public sealed class JournalCopier(Guid run, IJournalSource source, IJournalSink sink, ExportTerms terms)
{
    private HashSet<(long, string)> _heads = [];
    private JournalPosition? _last;
    private bool _isFirst;
    private bool _isChecked;

    /// <summary>Sent, and not confirmed. It is sent again as it is: a batch with more in it would be another one to the receiver.</summary>
    private JournalBatch? _pending;

    /// <summary>The last entry that the sink has confirmed.</summary>
    public long Sent => _last?.Sequence ?? 0;

    /// <summary>Sends one batch.</summary>
    /// <returns>False when there was nothing to send.</returns>
    /// <exception cref="JournalRewoundException">The journal does not hold what the sink does.</exception>
    public async Task<bool> CopyAsync(CancellationToken cancellation)
    {
        if (_last is null)
        {
            var found = await sink.FindPositionAsync(run, cancellation);
            _last = found?.Last ?? JournalChain.Start(run);
            _heads = found is null ? [] : [.. found.Heads];
            _isFirst = found is null;
        }
        if (!_isChecked)
        {
            _last = await GoOnFromAsync(_last, cancellation);
            _isChecked = true;
        }
        var batch = _pending ??= await NextAsync(_last, cancellation);
        if (batch is null) return false;
        await sink.WriteAsync(batch, cancellation);
        _pending = null;
        _isFirst = false;
        if (batch.Entries.Count > 0) _last = JournalPosition.Of(batch.Entries[^1]);
        foreach (var head in batch.Heads) _heads.Add((head.Head.Sequence, head.Head.Kid));
        return true;
    }

    private async Task<JournalBatch?> NextAsync(JournalPosition after, CancellationToken cancellation)
    {
        var entries = await source.ReadAsync(run, after.Sequence, terms.BatchEntries, cancellation);
        // The journal may have been restored while its run stood still with this process alive.
        if (entries.Count > 0 && entries[0].Previous != after.Hash)
        {
            _isChecked = false;
            throw new JournalRewoundException(after);
        }
        var last = entries.Count > 0 ? entries[^1].Sequence : after.Sequence;
        var known = await source.ReadHeadsAsync(run, _heads.Count == 0 ? 0 : _heads.Max(h => h.Item1), cancellation);
        var heads = known.Where(h => h.Head.Sequence <= last && !_heads.Contains((h.Head.Sequence, h.Head.Kid))).ToList();
        return entries.Count == 0 && heads.Count == 0 ? null : new JournalBatch(run, _isFirst, entries, heads);
    }

    private async Task<JournalPosition> GoOnFromAsync(JournalPosition last, CancellationToken cancellation)
    {
        if (last.Sequence == 0) return last;
        var here = await source.ReadAsync(run, last.Sequence - 1, 1, cancellation);
        if (here.Count == 1 && JournalPosition.Of(here[0]) == last) return last;
        var forks = await source.ReadForksAsync(run, cancellation);
        // The fork itself is sent after what it gives up; whether its signature is worth anything, verifying says.
        var fork = forks.Select(e => JournalFork.TryRead(e.Body)).LastOrDefault(f => f?.GivesUp(last) == true);
        if (fork is null) throw new JournalRewoundException(last);
        _heads.RemoveWhere(h => h.Item1 > fork.Restored.Sequence);
        return fork.Restored;
    }
}

/// <summary>The journal lacks an entry that was exported from it.</summary>
public sealed class JournalRewoundException(JournalPosition exported)
    : Exception($"entry {exported.Sequence} was exported and is not in the journal: the database was restored, or the journal was changed")
{
    public JournalPosition Exported { get; } = exported;
}
