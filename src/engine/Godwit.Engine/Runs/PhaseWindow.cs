using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Clocks;
using Godwit.Engine.Estimates;
using Godwit.Engine.Gates;
using Godwit.Engine.Notices;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>The gates of a phase that open and close by the clock: waits for them, and tells when the phase has to stop for them.</summary>
internal sealed class PhaseWindow(RunDesk desk, PhaseSettings phase)
{
    /// <summary>Between two looks at the target's clock and at whether somebody asked for a pause.</summary>
    private static readonly TimeSpan s_piece = TimeSpan.FromSeconds(2);

    private readonly List<(GateSettings Gate, IOpensByTheClock Times)> _gates =
        desk.Options.Rehearsal is not null ? [] : [.. phase.Gates.Select(g => (g, desk.Options.Kinds.Gate(g.Kind).Bind(g, desk.Store.Plan.Files) as IOpensByTheClock)).Where(g => g.Item2 is not null).Select(g => (g.g, g.Item2!))];

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Waits until every gate is open that the run is to wait for.</summary>
    /// <param name="begun">The phase has begun: whatever is left of the window is taken.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Why the run pauses instead; null when there is nothing to wait for.</returns>
    public async Task<string?> WaitAsync(bool begun, CancellationToken cancellation)
    {
        var waiting = _gates.Where(g => g.Times.Waits && (!begun || g.Times.IsHard)).ToList();
        if (waiting.Count == 0) return null;
        var estimates = await PlanEstimates.OfAsync(desk.Options.Estimates, desk.Store.Plan, cancellation);
        string? noted = null;
        while (true)
        {
            var now = await TargetClock.ReadAsync(desk.Store, cancellation);
            var closed = waiting.Select(g => (g.Gate, g.Times, At: g.Times.At(now, begun ? TimeSpan.Zero : g.Times.NeededFor(desk.GateContext(g.Gate, phase.Phase, estimates))))).Where(g => !g.At.IsOpen).ToList();
            // One that never opens is asked as any other, and says why.
            if (closed.Count == 0 || closed.Exists(g => g.At.OpensAt is null)) return null;
            var (gate, times, at) = closed.MaxBy(g => g.At.OpensAt);
            var text = $"waits until {LocalTime.Show(at.OpensAt!.Value, new ZoneClock(TimeZoneInfo.FindSystemTimeZoneById(times.Zone)))} for gate {gate.Id} of {PhaseNames.Of(phase.Phase)}";
            if (noted != text) await NoteAsync(gate, noted = text, cancellation);
            await TellAsync(times, at, now, cancellation);
            if (await desk.IsPauseAskedAsync(cancellation)) return $"asked to pause; it {text}";
            var left = at.OpensAt.Value - now;
            await Task.Delay(left < s_piece ? left : s_piece, desk.Options.Time, cancellation);
        }
    }

    /// <summary>How long the phase may go on until a window ends that it may not outlast; null where there is none.</summary>
    public async Task<(TimeSpan Left, string What)?> LeftAsync(CancellationToken cancellation)
    {
        if (!_gates.Exists(g => g.Times.IsHard)) return null;
        var now = await TargetClock.ReadAsync(desk.Store, cancellation);
        var (gate, end) = _gates.Where(g => g.Times.IsHard).Select(g => (g.Gate, At: g.Times.At(now, TimeSpan.Zero))).Select(g => (g.Gate, End: g.At.IsOpen ? g.At.ClosesAt : now)).MinBy(g => g.End ?? DateTimeOffset.MaxValue);
        return end is null ? null : (end.Value - now, $"the window of gate {gate.Id} of {PhaseNames.Of(phase.Phase)}");
    }

    /// <summary>For whoever looks at the run meanwhile.</summary>
    private async Task NoteAsync(GateSettings gate, string text, CancellationToken cancellation)
    {
        var verdict = new GateVerdict(GateState.Inconclusive, text);
        desk.Options.Observer.Gate(gate.Id, verdict);
        await desk.NoteAsync(GateNote.JournalKind, phase.Phase, (ledger, token) => ledger.AddGateAsync(phase.Phase, gate.Id, verdict, token), cancellation, GateNote.Of(gate.Id, verdict));
    }

    /// <summary>Puts on record that the window is near, once for each length of time that a notice asks for.</summary>
    private async Task TellAsync(IOpensByTheClock times, GateTimes at, DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var ahead in NoticeSettings.All(desk.Store.Plan).Where(n => n.When.Contains(NoticeEvent.Before)).Select(n => n.Ahead).Distinct().Where(a => at.OpensAt - now <= a))
        {
            var note = new JsonObject
            {
                ["ahead"] = DurationText.Write(ahead), ["opens"] = Text(at.OpensAt!.Value), ["zone"] = times.Zone,
            };
            if (at.ClosesAt is { } closes) note["closes"] = Text(closes);
            // The outbox takes the same one once; the journal need not be told by each runner that waits.
            if (!_told.Add(note.ToJsonString())) continue;
            await desk.NoteAsync(NoticeWatch.WindowNear, phase.Phase, (_, _) => Task.CompletedTask, cancellation, note);
        }

        static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
    }
}
