using Godwit.Engine.Runs;
using Godwit.Engine.Tripwires;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Reports;

/// <summary>How a run came out, in words for people who do not know Godwit's.</summary>
internal static class RunOutcome
{
    /// <summary>What says that something went wrong.</summary>
    public static IReadOnlyList<string> Troubles { get; } =
        [TripwireNote.Fired, "step-failed", "step-not-verified", "step-precheck-failed", "step-undo-failed", "step-unknown", "rollback-decided", "rollback-began", "run-aborted", "restored"];

    public static (string Words, ReportMark Mark) Of(RunbookRun run) => run switch
    {
        { State: RunbookState.Finished } => (run.Plan.Phases.Any(p => p is { Phase: Phase.Contract, Steps.Count: > 0 }) ? "Done, and the old is removed" : "Done", ReportMark.Good),
        { State: RunbookState.Complete } => ("Done; the old is still kept", ReportMark.Good),
        { State: RunbookState.RolledBack } => ("Rolled back: as it was before", ReportMark.Careful),
        { State: RunbookState.Aborted } => ("Given up as it was", ReportMark.Bad),
        { State: RunbookState.Paused, RollingBack: true } => ("Stopped on its way back", ReportMark.Bad),
        { State: RunbookState.Paused } => ("Paused", ReportMark.Careful),
        { RollingBack: true } => ("On its way back", ReportMark.Careful),
        _ => ("Under way", ReportMark.None),
    };

    /// <summary>When the run began to change something: what is tried and agreed to before counts as before it. Its end, or now, where it never did.</summary>
    public static DateTimeOffset ChangedFrom(RunRecord record, RunNotes notes) => notes.OfKind("phase-began").FirstOrDefault()?.Entry.At ?? record.Run.EndedAt ?? record.Run.Now;

    /// <summary>When the new came into use; null when it is not.</summary>
    public static DateTimeOffset? SwitchedAt(RunbookRun run) => run.Phases.FirstOrDefault(p => p.Phase == Phase.Switch)?.EndedAt;

    /// <summary>The first entry that says that something went wrong; null where none does.</summary>
    public static RunNote? FirstTrouble(RunNotes notes) =>
        notes.All.FirstOrDefault(n => Troubles.Contains(n.Entry.Kind, StringComparer.Ordinal) || (n.Entry.Kind == "run-paused" && n.Body["failed"] is not null));

    /// <summary>When it came to the end that it is at; null while it goes on.</summary>
    public static DateTimeOffset? EndOf(RunbookRun run, RunNotes notes) => run.State switch
    {
        // One that was finished before keeps that time in its row.
        RunbookState.RolledBack => RolledBackAt(notes) ?? run.EndedAt,
        RunbookState.Complete => run.EndedAt ?? run.Phases.Max(p => p.EndedAt),
        _ => run.EndedAt,
    };

    /// <summary>When the database was as before again; null when it is not.</summary>
    public static DateTimeOffset? RolledBackAt(RunNotes notes) => notes.OfKind("run-rolled-back", "rollback-ended").LastOrDefault()?.Entry.At;
}
