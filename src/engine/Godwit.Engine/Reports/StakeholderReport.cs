using Godwit.Engine.Certificates;
using Godwit.Engine.Journal;
using Godwit.Engine.Notices;
using Godwit.Engine.Reports.Compliance;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runs;
using Godwit.Engine.Tripwires;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Reports;

/// <summary>One page: what was done, when, what came of it, whom it touched, and what is left.</summary>
internal static class StakeholderReport
{
    private const int MostSteps = 14;

    public static IEnumerable<ReportBlock> Of(ReportContext context)
    {
        var (run, notes) = (context.Record.Run, context.Notes);
        var (outcome, mark) = RunOutcome.Of(run);
        var end = RunOutcome.EndOf(run, notes);
        yield return new ReportBlock.Figures(
        [
            new("Outcome", outcome, mark),
            new("Began", ReportText.AtSecond(run.StartedAt)),
            new(end is null ? "As of" : "Ended", ReportText.AtSecond(end ?? run.Now)),
            new("Took", ReportText.Long(run.StartedAt, end ?? run.Now)),
        ]);
        if (run is { State: RunbookState.Paused, Reason: { } reason }) yield return new ReportBlock.Caution($"It waits: {reason}");
        foreach (var block in Done(run)) yield return block;
        yield return new ReportBlock.Heading("What came of it");
        yield return new ReportBlock.Items([.. Impact(context)]);
        yield return new ReportBlock.Heading("What it rests on");
        yield return new ReportBlock.Items([.. RestsOn(context)]);
        yield return new ReportBlock.Heading("What is left");
        yield return new ReportBlock.Items([.. Left(context)]);
        yield return new ReportBlock.Paragraph($"Run {run.Id}, written {ReportText.AtSecond(run.Now)}. `godwit report` writes the whole report, `--for auditors` the one by standards.");
    }

    private static IEnumerable<ReportBlock> Done(RunbookRun run)
    {
        var rows = run.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var steps = run.Plan.Phases.SelectMany(p => p.Steps.Select(s => (p.Phase, Step: s, Row: rows[s.Id]))).Where(s => s.Step.Title is not null).ToList();
        if (steps.Count == 0) yield break;
        yield return new ReportBlock.Heading("What was done");
        yield return new ReportBlock.Table(["what", "state", "when"], [.. steps.Take(MostSteps).Select(s => (IReadOnlyList<string>)[s.Step.Title!, Word(s.Row), s.Row.Carried ? "" : ReportText.AtSecond(s.Row.EndedAt ?? s.Row.BeganAt)])]);
        if (steps.Count > MostSteps) yield return new ReportBlock.Paragraph($"and {steps.Count - MostSteps} more.");
    }

    private static string Word(StepRow row) => row switch
    {
        { Carried: true } => "done before",
        { State: StepState.Verified } => "done",
        { State: StepState.Undone } => "undone",
        { State: StepState.Pending } => "not yet",
        _ => "not finished",
    };

    private static IEnumerable<string> Impact(ReportContext context)
    {
        var (record, notes) = (context.Record, context.Notes);
        var run = record.Run;
        if (RunOutcome.SwitchedAt(run) is { } switched && run.State != RunbookState.RolledBack) yield return $"The new has been in use since {ReportText.AtSecond(switched)}.";
        var certificates = record.Moves.Select(m => m.Verdict).OfType<CertificateVerdict.Valid>().Select(v => v.Certificate).ToList();
        if (certificates.Count > 0)
        {
            var quarantined = certificates.SelectMany(c => c.Tables).Sum(t => t.Quarantined);
            yield return $"{ReportText.Count(certificates.SelectMany(c => c.Tables).Sum(t => t.Rows))} rows of {ReportText.Count(certificates.Sum(c => c.Tables.Count))} tables were moved, and every one was compared with its source.{(quarantined > 0 ? $" {ReportText.Count(quarantined)} rows could not go over unchanged and are kept aside." : "")}";
        }
        yield return EvidenceOfRun.Of(context)[Evidence.Compared] is { Is: true } ? "Gates and moves counted and compared the data: what they compared agreed." : "This run did not compare the data before and after.";
        var fired = notes.OfKind(TripwireNote.Fired).ToList();
        if (Tripwire.Of(run.Plan).Count is > 0 and var watched) yield return fired.Count == 0 ? $"{ReportText.Number(watched, "figure")} watched: none left its bounds." : $"{ReportText.Number(fired.Count, "time")} a watched figure left its bounds, the first at {ReportText.AtSecond(fired[0].Entry.At)}.";
        var pauses = notes.OfKind("run-paused").Count();
        if (pauses > 0) yield return $"It stopped {ReportText.Number(pauses, "time")}, for a person or because something had to be looked at.";
        if (run.State == RunbookState.RolledBack)
        {
            var began = notes.OfKind("rollback-began").LastOrDefault()?.Entry.At;
            yield return $"It was taken back{(began is null ? "" : $" in {ReportText.Long(began, RunOutcome.RolledBackAt(notes))}")}: {(notes.OfKind(RollbackChecklist.JournalKind).LastOrDefault()?.Text("verified") == "true" ? "a checklist was gone through by machine, and everything on it is as before." : "that everything is as before has still to be shown.")}";
        }
        var sent = record.Notices.Where(n => n.State == NoticeState.Sent).ToList();
        yield return sent.Count == 0 ? "This run told nobody by itself." : $"{ReportText.Number(sent.Count, "notice")} sent, the last at {ReportText.AtSecond(sent.Max(n => n.SentAt))}.";
    }

    private static IEnumerable<string> RestsOn(ReportContext context)
    {
        var evidence = EvidenceOfRun.Of(context);
        yield return evidence[Evidence.BackedUp].Is ? evidence[Evidence.RestoreTimed] is { Is: true } ? "A backup from before it was restored on trial and compared." : "There was a verified backup." : "No verified backup is on record.";
        yield return evidence[Evidence.Rehearsed].Is ? $"It was rehearsed {ReportText.Number(context.Record.Rehearsals?.Good.Count(r => r.EndedAt <= RunOutcome.ChangedFrom(context.Record, context.Notes)) ?? 0, "time")} on a copy, the way back included." : "It was not rehearsed.";
        var people = context.Record.Accepted.Where(a => a.Opened).Select(a => a.Statement.Role.Length == 0 ? a.Statement.Person : $"{a.Statement.Person} ({a.Statement.Role})").Distinct(StringComparer.Ordinal).ToList();
        yield return people.Count == 0 ? "Nobody approved it by signature." : $"Approved or attested by signature: {string.Join(", ", people)}.";
        yield return context.Record.Verdict.State switch
        {
            JournalState.Broken => "Its journal does NOT hold together: what is above cannot be relied on.",
            JournalState.Sound => "Everything is in a journal that nobody can change unseen.",
            _ => "Its journal holds together; no key that is known here signed it.",
        };
    }

    private static List<string> Left(ReportContext context)
    {
        var run = context.Record.Run;
        var left = new List<string>();
        if (run.State == RunbookState.Complete)
        {
            var since = RunOutcome.SwitchedAt(run) ?? run.Phases.Max(p => p.EndedAt);
            left.Add($"The old is kept, so that there is a way back, until {ReportText.AtSecond(since + run.Plan.KeepOld)} at least; then it is removed by hand.");
        }
        if (run.State == RunbookState.Paused) left.Add("Somebody has to look, and to let it go on or take it back.");
        if (run.State == RunbookState.RolledBack) left.Add("What it was meant to bring is not there: it has to be planned again, once it is known what went wrong (`godwit report --for post-mortem`).");
        if (context.Record.Notices.Count(n => n.State == NoticeState.GivenUp) is > 0 and var lost) left.Add($"{ReportText.Number(lost, "notice")} did not reach whom they were for.");
        if (context.Record.Tripwires.Any(t => t.Fired is { SeenAt: null })) left.Add("A watched figure left its bounds, and nobody has said yet that it was looked at.");
        if (context.Notes.OfKind("rollback-decided").Any()) left.Add("People: tell those concerned, read the logs, sit together about it.");
        return left.Count == 0 ? ["Nothing that the record knows of."] : left;
    }
}
