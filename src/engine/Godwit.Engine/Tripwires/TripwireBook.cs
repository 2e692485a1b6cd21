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
    private readonly Dictionary<string, TripwireRow> _saved = new(StringComparer.Ordinal);

    /// <summary>Saves what has changed. A target that does not answer is the step's to report.</summary>
    public async Task SaveAsync(IEnumerable<TripwireRow> rows, CancellationToken cancellation)
    {
        var changed = rows.Where(r => !_saved.TryGetValue(r.Id, out var saved) || saved != r).ToList();
        if (changed.Count == 0) return;
        await store.RecordAsync(null, s_notes, (ledger, token) => DoneAsync(ledger.SaveTripwiresAsync(changed, token)), cancellation);
        foreach (var row in changed) _saved[row.Id] = row;
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
