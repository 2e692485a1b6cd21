using System.Text.Json.Nodes;
using Godwit.Engine.Runs;

namespace Godwit.Engine.Tripwires;

/// <summary>
/// Puts tripwires on record, through the run's lease: a runner that was replaced writes nothing, and what it saw has no effect. Where they stand is written at most once a second, since
/// it is for people to look at; that one has fired is written before anything is done about it.
/// </summary>
internal sealed class TripwireBook(IRunStore store, RunnerOptions options)
{
    private static readonly SessionTerms s_notes = new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30));

    private readonly Retries _retries = new(options.Time, options.Jitter);
    private readonly Dictionary<string, TripwireState> _saved = new(StringComparer.Ordinal);

    /// <summary>
    /// Saves where they stand, as far as that has changed, and nothing else: it waits for a session and for the lease, and what is put on record meanwhile must not be undone by it. One that fires now is left out: that it
    /// has fired is not to be kept before that it did is on record. A target that does not answer is the step's to report.
    /// </summary>
    public async Task SaveAsync(IEnumerable<WatchedTripwire> tripwires, CancellationToken cancellation)
    {
        var changed = tripwires.Select(t => t.Settled).OfType<TripwireRow>().Where(r => !_saved.TryGetValue(r.Id, out var saved) || saved != r.State).ToList();
        if (changed.Count == 0) return;
        await store.RecordAsync(null, s_notes, (ledger, token) => DoneAsync(ledger.SaveTripwireStatesAsync(changed, token)), cancellation);
        foreach (var row in changed) _saved[row.Id] = row.State;
    }

    /// <summary>Puts rows and an entry of the journal on record together.</summary>
    public Task<bool> RecordAsync(IReadOnlyList<TripwireRow> rows, string kind, JsonObject body, CancellationToken cancellation) => _retries.RunAsync(
        c => store.RecordAsync(
            null, s_notes,
            async (ledger, token) =>
            {
                await ledger.SaveTripwiresAsync(rows, token);
                await ledger.JournalAsync(kind, body.DeepClone().AsObject(), token);
                return true;
            },
            c),
        null, cancellation);

    private static async Task<bool> DoneAsync(Task work)
    {
        await work;
        return true;
    }
}
