using Godwit.Documents.Shapes;
using Godwit.Engine.Gates;
using Godwit.Engine.Journal;
using Godwit.Engine.Reports.Compliance;
using Godwit.Engine.Reports.Personal;
using Godwit.Engine.Reports.PostMortem;
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
    /// <param name="kind">For whom it is.</param>
    public static Report Of(RunRecord record, RunbookKinds kinds, string toolVersion, ReportKind kind = ReportKind.Full)
    {
        var context = new ReportContext(record, kinds, toolVersion);
        var name = record.Run.Plan.Name;
        var foot = $"Godwit, run {record.Run.Id}, as of {ReportText.AtSecond(record.Run.Now).Replace(':', '.')}";
        return kind switch
        {
            ReportKind.Stakeholders => new Report($"{name}: what was done", [.. StakeholderReport.Of(context)]) { Foot = foot },
            ReportKind.PostMortem => new Report($"{name}: post-mortem record", [.. PostMortemReport.Of(context)]) { Foot = foot },
            ReportKind.Auditors => new Report($"Report for auditors on run {record.Run.Id} of {name}", [.. Auditors(context)]) { Foot = foot, IsWide = true },
            _ => new Report($"Report of run {record.Run.Id} of {name}", [.. Full(context)]) { Foot = foot, IsWide = true },
        };
    }

    private static IEnumerable<ReportBlock> Full(ReportContext context)
    {
        var record = context.Record;
        return
        [
            .. What(context), .. Figures(record), .. Phases(record), .. Steps(context), .. MovePart.Of(record), .. Gates(record), .. BackupPart.Of(context), .. RehearsalPart.Of(context), .. TripwirePart.Of(record),
            .. PeoplePart.Of(record), .. WayBack(record), .. RollbackPart.Of(record), .. NoticePart.Of(record), .. AuditPart.Of(context), .. PersonalPart.Of(context), .. CompliancePart.Of(context), .. SchemaPart.Of(record),
            .. Timeline(record), .. Journal(record), .. EvidencePart.Of(context),
        ];
    }

    private static IEnumerable<ReportBlock> Auditors(ReportContext context)
    {
        var record = context.Record;
        return
        [
            .. What(context), .. CompliancePart.Of(context), .. PersonalPart.Of(context), .. PeoplePart.Of(record), .. BackupPart.Of(context), .. RehearsalPart.Of(context), .. Gates(record), .. AuditPart.Of(context),
            .. MovePart.Of(record), .. TripwirePart.Of(record), .. RollbackPart.Of(record), .. NoticePart.Of(record), .. Journal(record), .. EvidencePart.Of(context),
        ];
    }

    private static IEnumerable<ReportBlock> What(ReportContext context)
    {
        var (record, run) = (context.Record, context.Record.Run);
        var (outcome, mark) = RunOutcome.Of(run);
        yield return new ReportBlock.Figures(
        [
            new("Outcome", outcome, mark),
            new("Took", ReportText.Long(run.StartedAt, RunOutcome.EndOf(run, context.Notes) ?? run.Now)),
            new("Steps done", $"{ReportText.Count(run.Steps.Count(s => s.Carried || s.State == StepState.Verified))} of {ReportText.Count(run.Steps.Count)}"),
            new("Journal", record.Verdict.State switch { JournalState.Sound => "holds, and is signed", JournalState.Broken => "does NOT hold", _ => "holds; signer not known" }, record.Verdict.State switch { JournalState.Sound => ReportMark.Good, JournalState.Broken => ReportMark.Bad, _ => ReportMark.Careful }),
        ]);
        yield return Facts(
        [
            ["runbook", run.Plan.Name],
            ["run", run.Id.ToString()],
            ["state", run.State + (run is { RollingBack: true, State: not RunbookState.RolledBack } ? ", on its way back" : "")],
            .. run.Reason is { } reason ? [["paused because", reason]] : (IEnumerable<IReadOnlyList<string>>)[],
            ["plan (SHA-256)", run.Plan.Hash],
            ["began", ReportText.At(run.StartedAt)],
            ["ended", ReportText.At(RunOutcome.EndOf(run, context.Notes))],
            ["run by godwit", run.ToolVersion],
            ["this report", $"{ReportText.At(run.Now)}, by godwit {context.ToolVersion}"],
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
            ["from beginning to end", ReportText.Long(record.Run.StartedAt, record.Run.EndedAt ?? record.Run.Now)],
            ["journal entries", ReportText.Count(record.Journal.Count)],
        ]);
    }

    private static IEnumerable<ReportBlock> Phases(RunRecord record)
    {
        yield return new ReportBlock.Heading("Phases");
        yield return new ReportBlock.Table(["phase", "deadline", "began", "ended", "took"], [.. record.Run.Plan.Phases.Select(p =>
        {
            var row = record.Run.Phases.FirstOrDefault(r => r.Phase == p.Phase);
            return (IReadOnlyList<string>)[PhaseNames.Of(p.Phase), DurationText.Write(p.Deadline), ReportText.AtSecond(row?.BeganAt), ReportText.AtSecond(row?.EndedAt), ReportText.Long(row?.BeganAt, row?.EndedAt)];
        })]);
    }

    private static IEnumerable<ReportBlock> Steps(ReportContext context)
    {
        var (record, kinds) = (context.Record, context.Kinds);
        var rows = record.Run.Steps.ToDictionary(r => r.Id, StringComparer.Ordinal);
        yield return new ReportBlock.Heading("Steps");
        yield return new ReportBlock.Table(["phase", "step", "kind", "what", "state", "attempts", "began", "took", "done", "undone by"], [.. record.Run.Plan.Phases.SelectMany(p => p.Steps.Select(s =>
        {
            var row = rows[s.Id];
            var bound = kinds.Bind(s, record.Run.Plan.Files);
            return (IReadOnlyList<string>)
            [
                PhaseNames.Of(p.Phase), s.Id, s.Kind, s.Title ?? "", row.Carried ? "done before" : row.State.ToString(), ReportText.Count(row.Attempts),
                ReportText.AtSecond(row.BeganAt), ReportText.Long(row.BeganAt, row.EndedAt), ReportText.Count(row.Done) + (row.Total is { } total ? $" of {ReportText.Count(total)}" : ""),
                (s.Irreversible ?? bound.Irreversible) is { } why ? $"point of no return: {why}" : bound.UndoSummary,
            ];
        }))]);
    }

    private static IEnumerable<ReportBlock> Gates(RunRecord record)
    {
        yield return new ReportBlock.Heading("Gates");
        yield return record.Gates.Count == 0
            ? new ReportBlock.Paragraph("No gate was asked.")
            : new ReportBlock.Table(["at", "phase", "gate", "answer", "what it saw", "row"], [.. record.Gates.Select((g, i) => (IReadOnlyList<string>)
                [ReportText.AtSecond(g.At), PhaseNames.Of(g.Phase), g.Gate, g.State.ToString(), g.Summary, GatePart.Compare(record, g, i)])]);
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
        [ReportText.Count(e.Sequence), ReportText.At(e.At), e.Kind, RunTelling.Of(e)])]);

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

    private static ReportBlock.Facts Facts(IReadOnlyList<IReadOnlyList<string>> rows) => new(rows);
}
