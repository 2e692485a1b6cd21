using Godwit.Engine.Notices;
using Godwit.Engine.Rollback;
using Godwit.Engine.Tripwires;

namespace Godwit.Engine.Reports.PostMortem;

/// <summary>What happened in the order in which it did: the journal's entries that tell something, and beside them who was told and who signed what.</summary>
internal static class PostMortemTimeline
{
    /// <summary>What comes with each step that goes as it should, and tells no more.</summary>
    private static readonly HashSet<string> s_quiet = new(StringComparer.Ordinal) { "step-began", "step-applied", "step-undo-began", "gate", "state-before", TripwireNote.Baselines, "statement-received", "gate-not-asked" };

    public static IEnumerable<ReportBlock> Of(ReportContext context)
    {
        var start = context.Record.Run.StartedAt;
        var entries = context.Notes.All.Where(n => !s_quiet.Contains(n.Entry.Kind) || n.Text("state") is "Fail" or "NoData" or "Inconclusive")
            .Select(n => (n.Entry.At, What: RunTelling.What(n.Entry.Kind), Of: Tell(n), Entry: ReportText.Count(n.Number)))
            .Concat(context.Record.Notices.Where(n => n.SentAt is not null).Select(n => (At: n.SentAt!.Value, What: "Notice sent", Of: $"{n.Event}: {n.Subject}", Entry: "")))
            .Concat(context.Record.Accepted.Select(a => (a.Statement.At, What: "Signed", Of: $"{a.Statement.Person}{(a.Statement.Role.Length == 0 ? "" : $" ({a.Statement.Role})")} for {a.Of}", Entry: "")))
            .OrderBy(e => e.At).ToList();
        yield return new ReportBlock.Heading("Timeline");
        yield return new ReportBlock.Table(["at", "since it began", "what", "of what", "entry"], [.. entries.Select(e => (IReadOnlyList<string>)
            [ReportText.AtSecond(e.At), e.At < start ? "before" : ReportText.Long(start, e.At), e.What, e.Of, e.Entry])]);
        yield return new ReportBlock.Blank("What happened beside it that no journal knows: calls, alerts, deployments, what somebody saw?");
    }

    private static string Tell(RunNote note) => note.Entry.Kind switch
    {
        TripwireNote.Fired => $"{note.Text("tripwire")}: {note.Text("reason")}",
        RollbackDecision.JournalKind => $"{note.Text("action")}, by {note.Text("by")}{(note.Text("tripwire") is { Length: > 0 } tripwire ? $" for the tripwire {tripwire}" : "")}",
        RollbackChecklist.JournalKind => note.Text("verified") == "true" ? "everything on the checklist is as before" : "not everything on the checklist is as before",
        _ => RunTelling.Of(note),
    };
}
