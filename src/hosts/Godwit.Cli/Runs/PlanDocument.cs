using System.Text.Json;
using System.Text.Json.Serialization;
using Godwit.Cli.Move;
using Godwit.Cli.Notices;
using Godwit.Cli.People;
using Godwit.Documents.Shapes;
using Godwit.Engine.Notices;
using Godwit.Engine.People;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Tripwires;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Runs;

/// <summary>A plan as people approve it: every step, and for every phase the way back.</summary>
internal sealed record PlanDocument
{
    public string Command => "plan";

    public string Outcome => "planned";

    public int ExitCode => Cli.ExitCode.Done;

    public required string Runbook { get; init; }

    /// <summary>What is approved.</summary>
    public required string Hash { get; init; }

    /// <summary>What a run of it would leave out, because an earlier one did it. Null without a target.</summary>
    public int? DoneBefore { get; init; }

    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public required IReadOnlyList<PlannedPhase> Phases { get; init; }

    /// <summary>Who decides on a rollback, by the time since the switch.</summary>
    public required IReadOnlyList<DecisionDocument> RollbackMatrix { get; init; }

    /// <summary>What is looked at after a rollback.</summary>
    public required IReadOnlyList<string> RollbackChecklist { get; init; }

    /// <summary>Who is told what and when.</summary>
    public IReadOnlyList<NoticePlanDocument>? Notices { get; init; }

    /// <summary>Who is on call as the plan is made; null where the runbook does not say.</summary>
    public IReadOnlyList<string>? OnCall { get; init; }

    public IReadOnlyList<TimetableDocument>? Timetable { get; init; }
    /// <summary>How long restoring the newest verified backup takes, and which that is; null where there is none in reach.</summary>
    public PlannedRestore? Restore { get; init; }
    /// <summary>Whose word it takes before which phase, and who has given it.</summary>
    public required IReadOnlyList<DemandDocument> Approvals { get; init; }

    /// <summary>Who signed the plan as theirs; null without a target.</summary>
    public IReadOnlyList<SignedDocument>? Authors { get; init; }
    /// <summary>What is watched while it runs.</summary>
    public required IReadOnlyList<PlannedTripwire> Tripwires { get; init; }

    public IReadOnlyList<FindingDocument> Findings { get; init; } = [];

    /// <param name="plan">The plan.</param>
    /// <param name="kinds">What its steps are.</param>
    /// <param name="seconds">How long a step of the same content took when a run of this target last did it; null without a target.</param>
    /// <param name="now">For timetable and who is on call.</param>
    /// <param name="expected">What steps that look at what they will read say they will do, by step.</param>
    /// <param name="signed">What people have signed; null without a target.</param>
    /// <param name="rehearsed">What its rehearsals say; null without a target.</param>
    public static PlanDocument From(
        RunbookPlan plan, RunbookKinds kinds, IReadOnlyDictionary<string, double>? seconds, DateTimeOffset now, IReadOnlyDictionary<string, IReadOnlyList<string>>? expected = null, PlanSignatures? signed = null, RehearsalEstimates? rehearsed = null) => new()
    {
        Approvals = DemandDocument.Of(plan, signed?.Run, signed?.Records, _ => true),
        Authors = signed is null ? null : [.. PlanAuthors.Of(plan, signed.Records).Authors.Select(SignedDocument.Of)],
        Runbook = plan.Name,
        Hash = plan.Hash,
        Parameters = plan.Parameters,
        Tripwires = [.. Tripwire.Of(plan).Select(PlannedTripwire.From)],
        RollbackMatrix = MatrixOf(plan),
        Notices = plan.Notices.Count == 0 ? null : [.. NoticeSettings.All(plan).Select(NoticePlanDocument.Of)],
        OnCall = NoticeStatus.OnCall(plan, now),
        Timetable = NoticeStatus.TimetableOf(plan, now, now, []),
        RollbackChecklist = Engine.Rollback.RollbackChecklist.ItemsOf(plan, kinds),
        DoneBefore = seconds is null ? null : plan.Phases.SelectMany(p => p.Steps).Count(s => seconds.ContainsKey(StepContent.Of(s, plan.Files))),
        Phases = [.. plan.Phases.Select(p => PlannedPhase.From(p, plan, kinds, seconds, expected) with { Forward = rehearsed?.Forward(p.Phase), Back = rehearsed?.Back(p.Phase) })],
    };

    private static IReadOnlyList<DecisionDocument> MatrixOf(RunbookPlan plan)
    {
        var matrix = Engine.Rollback.RollbackMatrix.Of(plan);
        return [.. matrix.Rows.Select(r => DecisionDocument.Of(r, matrix, plan))];
    }

    public string ToJson() => JsonSerializer.Serialize(this, PlanDocumentJson.Default.PlanDocument);
}

/// <param name="Seconds">As it was measured when the backup was verified.</param>
internal sealed record PlannedRestore(string Backup, double Seconds);

/// <param name="Rung">Of the rollback ladder: 1 reverses the phase, 4 restores a backup to a point in time.</param>
/// <param name="RollbackSeconds">As far as steps of the same content were measured at this target; null when none was.</param>
internal sealed record PlannedPhase(
    string Phase, string Deadline, int Rung, string Rollback, double? RollbackSeconds, IReadOnlyList<PlannedGate> Gates, IReadOnlyList<PlannedStep> Steps)
{
    private const int Reverse = 1, Restore = 4;

    /// <summary>How long the runbook's author expects it to take.</summary>
    public string? Estimate { get; init; }
    /// <summary>How long it will take by the plan's rehearsals; null when none carried it out.</summary>
    public RehearsedEstimate? Forward { get; init; }

    /// <summary>How long taking it back will take by them.</summary>
    public RehearsedEstimate? Back { get; init; }

    public static PlannedPhase From(
        PhaseSettings phase, RunbookPlan plan, RunbookKinds kinds, IReadOnlyDictionary<string, double>? seconds, IReadOnlyDictionary<string, IReadOnlyList<string>>? expected)
    {
        var steps = phase.Steps.Select(s => PlannedStep.From(s, plan, kinds, seconds) with { Expected = expected?.GetValueOrDefault(s.Id) }).ToList();
        var stuck = steps.Where(s => s.Irreversible is not null).Select(s => s.Id).ToList();
        var measured = steps.Where(s => s.Seconds is not null).ToList();
        return new PlannedPhase(
            PhaseNames.Of(phase.Phase), DurationText.Write(phase.Deadline), stuck.Count > 0 ? Restore : Reverse,
            stuck.Count > 0 ? $"only from a backup once {string.Join(", ", stuck)} is done; before that, reversed" : "reversed step by step; loses nothing",
            measured.Count == 0 ? null : measured.Sum(s => s.Seconds), [.. phase.Gates.Select(g => new PlannedGate(g.Id, g.Kind, g.Title))], steps)
        {
            Estimate = phase.Estimate is { } estimate ? DurationText.Write(estimate) : null,
        };
    }
}

/// <param name="Does">What is watched and what is done, in one line.</param>
/// <param name="NoData">What is done when there is no figure.</param>
/// <param name="Baseline">How long it is looked at before the first phase; null is not at all.</param>
internal sealed record PlannedTripwire(string Id, string? Title, string Does, string NoData, string? Baseline, IReadOnlyList<string> Phases)
{
    public static PlannedTripwire From(Tripwire tripwire) => new(
        tripwire.Id, tripwire.Title, tripwire.Describe(null), $"{Tripwire.WordOf(tripwire.OnSilence)} after {DurationText.Write(tripwire.Silence)}", tripwire.BaselineFor > TimeSpan.Zero ? DurationText.Write(tripwire.BaselineFor) : null, tripwire.Phases);
}

internal sealed record PlannedGate(string Id, string Kind, string? Title);

/// <param name="Seconds">How long it took at this target the last time; null when it was never measured there.</param>
internal sealed record PlannedStep(string Id, string Kind, string? Title, string Undo, string? Irreversible, double? Seconds)
{
    /// <summary>What it will do, as far as what it reads says now; no part of the hash.</summary>
    public IReadOnlyList<string>? Expected { get; init; }

    public static PlannedStep From(StepSettings step, RunbookPlan plan, RunbookKinds kinds, IReadOnlyDictionary<string, double>? seconds)
    {
        var bound = kinds.Bind(step, plan.Files);
        var measured = seconds is not null && seconds.TryGetValue(StepContent.Of(step, plan.Files), out var value) ? value : (double?)null;
        return new PlannedStep(step.Id, step.Kind, step.Title, bound.UndoSummary, step.Irreversible ?? bound.Irreversible, measured);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(PlanDocument))]
internal sealed partial class PlanDocumentJson : JsonSerializerContext;
