using System.Text.Json.Nodes;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Notices;

/// <summary>Has a phase wait for the notices that have to be sent before it begins.</summary>
internal static class RequiredNotices
{
    private const string Round = "round";

    /// <summary>In the journal's entry of a phase that begins: which announcement was its own.</summary>
    private const string Announced = "announced";

    /// <returns>Why the phase is not to begin, or null; and what the journal's entry of its beginning says of it.</returns>
    public static async Task<(string? Unsent, JsonObject Note)> AnnounceAsync(RunDesk desk, Phase phase, CancellationToken cancellation)
    {
        var required = NoticeSettings.All(desk.Store.Plan).Where(n => n.Required).ToList();
        // A rehearsal tells nobody.
        if (required.Count == 0 || desk.Options.Rehearsal is not null) return (null, []);
        var note = new JsonObject();
        if (required.Exists(n => n.When.Contains(NoticeEvent.Phase))) note[Announced] = await FindRoundAsync(desk, phase, cancellation);
        return (await desk.Options.Notices.SettleAsync(cancellation), note);
    }

    /// <summary>A phase that was announced and could not begin, for want of this notice or by a kill, is not announced again; one that was rolled back and begins again is.</summary>
    private static async Task<string> FindRoundAsync(RunDesk desk, Phase phase, CancellationToken cancellation)
    {
        var last = await desk.Store.ReadNoteAsync(NoticeWatch.PhaseAnnounced, cancellation);
        var begun = await desk.Store.ReadNoteAsync("phase-began", cancellation);
        if (last?[Round]?.ToString() is { } open && last["phase"]?.ToString() == PhaseNames.Of(phase) && begun?[Announced]?.ToString() != open) return open;
        var round = Guid.NewGuid().ToString("N")[..12];
        await desk.NoteAsync(NoticeWatch.PhaseAnnounced, phase, (_, _) => Task.CompletedTask, cancellation, new JsonObject { [Round] = round });
        return round;
    }
}
