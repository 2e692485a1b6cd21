using Godwit.Engine.Journal;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runs;
using Godwit.Engine.Tripwires;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Reports.PostMortem;

/// <summary>What is on record when people sit together after a rollback or a failure, and places for what only they know. It names what happened, and blames nobody.</summary>
internal static class PostMortemReport
{
    private const int ActionLines = 4;

    public static IEnumerable<ReportBlock> Of(ReportContext context)
    {
        var (run, notes) = (context.Record.Run, context.Notes);
        var (outcome, mark) = RunOutcome.Of(run);
        var trouble = RunOutcome.FirstTrouble(notes);
        var (began, over) = (notes.OfKind("rollback-began").LastOrDefault()?.Entry.At, RunOutcome.RolledBackAt(notes));
        yield return new ReportBlock.Figures(
        [
            new("How it stands", outcome, mark),
            new("First sign", trouble is null ? "none on record" : ReportText.AtSecond(trouble.Entry.At), trouble is null ? ReportMark.Good : ReportMark.Careful),
            new("From there to the way back", trouble is null || began is null ? "-" : ReportText.Long(trouble.Entry.At, began)),
            new("The way back took", ReportText.Long(began, over)),
        ]);
        yield return new ReportBlock.Paragraph("Filled in from the journal. What only people know has a place of its own; fill it in on a copy, since the signature is over what is written here.");
        if (context.Record.Verdict.State == JournalState.Broken) yield return new ReportBlock.Caution("The journal does not hold together: somebody changed it. The timeline is what is left of it.");
        if (trouble is null) yield return new ReportBlock.Caution("Nothing in the record says that anything went wrong: no step failed, nothing fired, nothing was taken back.");
        foreach (var block in Summary(context, trouble)) yield return block;
        foreach (var block in PostMortemTimeline.Of(context)) yield return block;
        foreach (var block in TripwirePart.Of(context.Record)) yield return block;
        foreach (var block in NoticePart.Of(context.Record, timetable: false)) yield return block;
        if (context.Record.Notices.Count == 0) foreach (var block in Nobody()) yield return block;
        if (notes.OfKind(RollbackDecision.JournalKind).Any()) foreach (var block in RollbackPart.Of(context.Record)) yield return block;
        foreach (var block in WayBackTimes(context)) yield return block;
        foreach (var block in Data(context)) yield return block;
        foreach (var block in People(context)) yield return block;
    }

    private static IEnumerable<ReportBlock> Summary(ReportContext context, RunNote? trouble)
    {
        var run = context.Record.Run;
        yield return new ReportBlock.Heading("What happened");
        yield return new ReportBlock.Facts(
        [
            ["runbook", run.Plan.Name], ["run", run.Id.ToString()], ["plan (SHA-256)", run.Plan.Hash], ["began", ReportText.AtSecond(run.StartedAt)],
            ["the new came into use", RunOutcome.SwitchedAt(run) is { } switched ? ReportText.AtSecond(switched) : context.Notes.OfKind("phase-ended").FirstOrDefault(n => n.Text("phase") == PhaseNames.Of(Phase.Switch)) is { } was ? ReportText.AtSecond(was.Entry.At) : "never"],
            ["first sign", trouble is null ? "none" : $"{RunTelling.What(trouble.Entry.Kind)}: {RunTelling.Of(trouble)} (entry {ReportText.Count(trouble.Number)})"],
            .. run.Reason is { } reason ? [["stopped because", reason]] : (IEnumerable<IReadOnlyList<string>>)[],
        ]);
        yield return new ReportBlock.Blank("In two sentences: what happened, and who noticed it how?");
        yield return new ReportBlock.Blank("What did customers see, how many of them, and for how long?");
    }

    private static IEnumerable<ReportBlock> Nobody()
    {
        yield return new ReportBlock.Heading("Notices");
        yield return new ReportBlock.Paragraph("The run sent no notice.");
        yield return new ReportBlock.Blank("Who was told, when and by whom?");
    }

    /// <summary>Each phase of the way back, beside what rehearsals took.</summary>
    private static IEnumerable<ReportBlock> WayBackTimes(ReportContext context)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var undone in context.Notes.OfKind("phase-undone"))
        {
            var phase = undone.Text("phase");
            var began = context.Notes.OfKind("phase-undo-began").LastOrDefault(n => n.Text("phase") == phase && n.Number < undone.Number);
            var rehearsed = PhaseNames.Find(phase) is { } known ? (context.Record.Rehearsals?.Good ?? []).Select(g => RehearsalTimes.Back(g, known)?.Milliseconds).OfType<long>().Order().ToList() : [];
            rows.Add([phase, ReportText.AtSecond(began?.Entry.At), ReportText.AtSecond(undone.Entry.At), ReportText.Long(began?.Entry.At, undone.Entry.At), rehearsed.Count == 0 ? "not rehearsed" : ReportText.Long(TimeSpan.FromMilliseconds(rehearsed[rehearsed.Count / 2]))]);
        }
        if (rows.Count == 0) yield break;
        yield return new ReportBlock.Heading("How long the way back took");
        yield return new ReportBlock.Table(["phase", "began", "taken back", "took", "rehearsed"], rows);
    }

    private static IEnumerable<ReportBlock> Data(ReportContext context)
    {
        var run = context.Record.Run;
        yield return new ReportBlock.Heading("What became of the data");
        var facts = new List<string>();
        var check = context.Notes.OfKind(RollbackChecklist.JournalKind).LastOrDefault();
        if (check is not null) facts.Add(check.Text("verified") == "true" ? $"After the way back the schema, sequences, constraints and what the runbook compares were as before (entry {ReportText.Count(check.Number)})." : $"After the way back something was NOT as before: the checklist says what (entry {ReportText.Count(check.Number)}).");
        else if (run.State == RunbookState.RolledBack) facts.Add("The state after the way back was not looked at.");
        var (first, last) = SchemaPart.Ends(context.Record);
        if (first is not null && last is not null) facts.Add(first.SequenceEqual(last) ? "The schema is the one from before the first phase." : "The schema is not the one from before the first phase.");
        facts.AddRange(run.Plan.Phases.SelectMany(p => p.Steps).Where(s => run.Steps.Any(r => r.Id == s.Id && r is { Carried: false, State: not (StepState.Pending or StepState.Undone) })).Select(s => $"Step {s.Id} is not taken back{(s.Irreversible is { } why ? $": {why}" : "")}."));
        facts.AddRange(context.Notes.OfKind("restored").Select(r => $"The database was restored from backup {r.Text("backup")}; {r.Text("givenUp")} entries of the journal, and what was written to the database since, are given up."));
        yield return new ReportBlock.Items(facts.Count == 0 ? ["Nothing on record."] : facts);
        var touched = context.Personal.Entries.Where(e => e.Touches.Any(t => t.State is not ("not begun" or "not asked"))).Select(e => e.Column.Name).ToList();
        if (touched.Count > 0)
        {
            yield return new ReportBlock.Caution($"Steps of this run had to do with personal data: {string.Join(", ", touched)}. Whether this was a breach of it is for people to decide, soon: the GDPR counts 72 hours from when somebody knew (article 33).");
            yield return new ReportBlock.Blank("Was it a breach of personal data? Who decided that, when, and who was told?");
        }
        yield return new ReportBlock.Blank("What did users write between the switch and the way back, and is all of it still there?");
    }

    private static IEnumerable<ReportBlock> People(ReportContext context)
    {
        yield return new ReportBlock.Heading("For people to write down");
        foreach (var question in (string[])
        [
            "Why did it happen? What had to come together for it?", "Why did no gate, rehearsal or test show it before?", "What went well, and what was luck?",
            context.Notes.OfKind(TripwireNote.Fired).Any() ? "Did the right figure fire, and soon enough?" : "Which figure would have shown it sooner?",
        ]) yield return new ReportBlock.Blank(question);
        yield return new ReportBlock.Paragraph("To be filled in by people: what is done so that it does not happen again, or is noticed sooner.");
        yield return new ReportBlock.Table(["what is done", "whose", "by when", "how we will know"], [.. Enumerable.Range(0, ActionLines).Select(_ => (IReadOnlyList<string>)["", "", "", ""])]);
    }
}
