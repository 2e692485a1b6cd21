using Godwit.Documents.Shapes;
using Godwit.Engine.Gates;
using Godwit.Engine.Journal;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Reports;

/// <summary>What is told about a run: for whoever has to judge it and was not there.</summary>
public static class RunReport
{
    /// <param name="record">The run.</param>
    /// <param name="kinds">What its steps are.</param>
    /// <param name="toolVersion">Of the program that writes the report.</param>
    public static Report Of(RunRecord record, RunbookKinds kinds, string toolVersion) => new(
        $"Report of run {record.Run.Id} of {record.Run.Plan.Name}",
        [.. What(record, toolVersion), .. Figures(record), .. Phases(record), .. Steps(record, kinds), .. MovePart.Of(record), .. Gates(record), .. TripwirePart.Of(record), .. PeoplePart.Of(record), .. WayBack(record), .. RollbackPart.Of(record), .. NoticePart.Of(record), .. SchemaPart.Of(record), .. Timeline(record), .. Journal(record)]);

    private static IEnumerable<ReportBlock> What(RunRecord record, string toolVersion)
    {
        var run = record.Run;
        yield return Facts(
        [
            ["runbook", run.Plan.Name],
            ["run", run.Id.ToString()],
            ["state", run.State + (run is { RollingBack: true, State: not RunbookState.RolledBack } ? ", on its way back" : "")],
            .. run.Reason is { } reason ? [["paused because", reason]] : (IEnumerable<IReadOnlyList<string>>)[],
            ["plan (SHA-256)", run.Plan.Hash],
            ["began", ReportText.At(run.StartedAt)],
            ["ended", ReportText.At(run.EndedAt)],
            ["run by godwit", run.ToolVersion],
            ["this report", $"{ReportText.At(run.Now)}, by godwit {toolVersion}"],
            .. run.Plan.Parameters.Select(p => (IReadOnlyList<string>)[$"parameter {p.Key}", p.Value]),
            .. run.Plan.Roles.Select(r => (IReadOnlyList<string>)[$"role {r.Key}", string.Join(", ", r.Value)]),
            .. run.Plan.Approvals.Select(a => (IReadOnlyList<string>)[$"approval of {PhaseNames.Of(a.Key)} by", string.Join(" and ", a.Value)]),
        ]);
    }

    private static IEnumerable<ReportBlock> Figures(RunRecord record)
    {
        var steps = record.Run.Steps;
        yield return new ReportBlock.Heading("Figures");
        yield return Facts(
        [
            ["steps", ReportText.Count(steps.Count)],
            ["done by this run", ReportText.Count(steps.Count(s => s is { State: StepState.Verified, Carried: false }))],
            ["done before it", ReportText.Count(steps.Count(s => s.Carried))],
            ["undone", ReportText.Count(steps.Count(s => s.State == StepState.Undone))],
            ["attempts beyond the first", ReportText.Count(steps.Sum(s => Math.Max(0, s.Attempts - 1)))],
            ["rows or parts done", ReportText.Count(steps.Sum(s => s.Done))],
            ["gates asked", ReportText.Count(record.Gates.Count)],
            ["gates that stayed closed", ReportText.Count(record.Gates.Count(g => g.State != GateState.Pass))],
            ["from beginning to end", ReportText.Span(record.Run.StartedAt, record.Run.EndedAt ?? record.Run.Now)],
            ["journal entries", ReportText.Count(record.Journal.Count)],
        ]);
    }

    private static IEnumerable<ReportBlock> Phases(RunRecord record)
    {
        yield return new ReportBlock.Heading("Phases");
        yield return new ReportBlock.Table(["phase", "deadline", "began", "ended", "took"], [.. record.Run.Plan.Phases.Select(p =>
        {
            var row = record.Run.Phases.FirstOrDefault(r => r.Phase == p.Phase);
            return (IReadOnlyList<string>)[PhaseNames.Of(p.Phase), DurationText.Write(p.Deadline), ReportText.At(row?.BeganAt), ReportText.At(row?.EndedAt), ReportText.Span(row?.BeganAt, row?.EndedAt)];
        })]);
    }

    private static IEnumerable<ReportBlock> Steps(RunRecord record, RunbookKinds kinds)
    {
        var rows = record.Run.Steps.ToDictionary(r => r.Id, StringComparer.Ordinal);
        yield return new ReportBlock.Heading("Steps");
        yield return new ReportBlock.Table(["phase", "step", "kind", "what", "state", "attempts", "began", "took", "done", "undone by"], [.. record.Run.Plan.Phases.SelectMany(p => p.Steps.Select(s =>
        {
            var row = rows[s.Id];
            var bound = kinds.Bind(s, record.Run.Plan.Files);
            return (IReadOnlyList<string>)
            [
                PhaseNames.Of(p.Phase), s.Id, s.Kind, s.Title ?? "", row.Carried ? "done before" : row.State.ToString(), ReportText.Count(row.Attempts),
                ReportText.At(row.BeganAt), ReportText.Span(row.BeganAt, row.EndedAt), ReportText.Count(row.Done) + (row.Total is { } total ? $" of {ReportText.Count(total)}" : ""),
                (s.Irreversible ?? bound.Irreversible) is { } why ? $"point of no return: {why}" : bound.UndoSummary,
            ];
        }))]);
    }

    private static IEnumerable<ReportBlock> Gates(RunRecord record)
    {
        yield return new ReportBlock.Heading("Gates");
        yield return record.Gates.Count == 0
            ? new ReportBlock.Paragraph("No gate was asked.")
            : new ReportBlock.Table(["at", "phase", "gate", "answer", "what it saw", "evidence", "row"], [.. record.Gates.Select((g, i) => (IReadOnlyList<string>)
                [ReportText.At(g.At), PhaseNames.Of(g.Phase), g.Gate, g.State.ToString(), g.Summary, g.Evidence, GatePart.Compare(record, g, i)])]);
    }

    /// <summary>Every step of a rollback, as the journal has it.</summary>
    private static IEnumerable<ReportBlock> WayBack(RunRecord record)
    {
        var entries = record.Journal.Where(e => e.Kind.Contains("undo", StringComparison.Ordinal) || e.Kind.Contains("roll", StringComparison.Ordinal)).ToList();
        if (entries.Count == 0) yield break;
        yield return new ReportBlock.Heading("The way back");
        yield return Entries(entries);
    }

    private static IEnumerable<ReportBlock> Timeline(RunRecord record)
    {
        yield return new ReportBlock.Heading("Timeline");
        yield return Entries(record.Journal);
    }

    private static ReportBlock.Table Entries(IEnumerable<JournalEntry> entries) => new(["entry", "at", "what", "of what"], [.. entries.Select(e => (IReadOnlyList<string>)
        [ReportText.Count(e.Sequence), ReportText.At(e.At), e.Kind, e.Body == "{}" ? "" : e.Body])]);

    private static IEnumerable<ReportBlock> Journal(RunRecord record)
    {
        var verdict = record.Verdict;
        yield return new ReportBlock.Heading("Journal");
        yield return Facts(
        [
            ["verified", verdict.State.ToString()],
            ["head", verdict.End.ToString()],
            ["signed up to entry", ReportText.Count(verdict.SignedTo)],
            ["by", string.Join(", ", verdict.Signers.Concat(verdict.UnknownSigners.Select(k => $"{k} (not known here)")))],
            .. verdict.Faults.Select(f => (IReadOnlyList<string>)["fault", f.Message]),
        ]);
        yield return new ReportBlock.Paragraph("The last line of this file is a signature over everything before it: `godwit report verify` tells whether it fits. The head goes to `godwit journal verify --head`, which tells whether the target still has this journal.");
    }

    private static ReportBlock.Table Facts(IReadOnlyList<IReadOnlyList<string>> rows) => new(["", ""], rows);
}
