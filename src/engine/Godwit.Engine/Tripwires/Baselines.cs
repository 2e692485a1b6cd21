using Godwit.Engine.Runs;
using Godwit.Model.Findings;

namespace Godwit.Engine.Tripwires;

/// <summary>What the figures of a run's tripwires are before anything changes: measured all at once, and on record before the first phase begins.</summary>
internal sealed class Baselines(RunnerOptions options, TripwireBook book, WatchClock clock, IReadOnlyList<WatchedTripwire> tripwires)
{
    /// <summary>Measures what has no baseline yet. Null when all have what they need; else why the run does not begin.</summary>
    public async Task<(string Reason, Finding Finding)?> MeasureAsync(Func<Task<bool>> pauseAsked, CancellationToken cancellation)
    {
        var measured = tripwires.Where(t => t.Tripwire.BaselineFor > TimeSpan.Zero && t.Row.Baseline is null).ToList();
        if (measured.Count == 0) return null;
        options.Observer.Note($"measures what {measured.Count} tripwire{(measured.Count == 1 ? "" : "s")} {(measured.Count == 1 ? "watches" : "watch")} before anything changes");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var measuring = Task.WhenAll(measured.Select(t => new BaselineMeasurement(t, options.Time).MeasureAsync(stop.Token)));
        while (await Task.WhenAny(measuring, Task.Delay(TimeSpan.FromMilliseconds(500), options.Time, cancellation)) != measuring)
        {
            if (!await pauseAsked()) continue;
            await stop.CancelAsync();
            return ("asked to pause", Finding.Note(FindingCodes.BaselineMissing, "the baselines are not measured yet"));
        }
        var results = await measuring;
        // Bounds that are relative to it never hold without it, whatever is to be done about silence later.
        var missing = measured.Zip(results).Where(r => r.Second.Value is null && (r.First.Tripwire.OnSilence != TripwireAction.Warn || r.First.Tripwire.Bounds.IsRelative)).ToList();
        if (missing.Count > 0)
        {
            var (first, why) = (missing[0].First.Tripwire.Id, missing[0].Second.Why);
            return ($"tripwire {first} has no data before the first phase: {why}", Finding.Error(
                FindingCodes.BaselineMissing, string.Join("; ", missing.Select(m => $"tripwire {m.First.Tripwire.Id}: {m.Second.Why}")), null,
                "Let its source answer, then `godwit resume`; `baseline: 0s` is for what is only there later, where no bound is relative to the baseline."));
        }
        var rows = measured.Zip(results).Where(r => r.Second.Value is not null)
            .Select(r => r.First.Change(row => row with { Baseline = new Baseline(r.Second.Value!.Value, r.Second.Looks, clock.Now) })).ToList();
        if (rows.Count > 0) await book.RecordAsync(rows, TripwireNote.Baselines, TripwireNote.OfBaselines(rows), cancellation);
        return null;
    }
}
