using System.Globalization;
using Godwit.Cli.People;
using Godwit.Engine.People;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Runs;

/// <summary>What going back now would take and lose, and who decides on it.</summary>
internal static class RollbackNow
{
    public static RollbackDocument Of(RunbookKinds kinds, RunbookRun run, PeopleRecords signed, RehearsalEstimates rehearsed)
    {
        var rows = run.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var done = run.Plan.Phases.SelectMany(p => p.Steps).Select(s => (Step: s, Row: rows[s.Id], Bound: kinds.Bind(s, run.Plan.Files)))
            .Where(s => s.Row is { Carried: false, State: not (StepState.Pending or StepState.Undone) }).ToList();
        // What it took to do is the best guess at what it takes to undo where no rehearsal has measured it; what only asked or waited has nothing to undo.
        var measured = done.ToDictionary(s => s.Step.Id, s => rehearsed.Undo(s.Row.Phase, s.Step.Id), StringComparer.Ordinal);
        var seconds = done.Sum(s => s switch
        {
            { Bound: QuestionStep } => 0,
            _ when measured[s.Step.Id] is { } known => known,
            { Row: { BeganAt: { } began, EndedAt: { } ended } } => (ended - began).TotalSeconds,
            { Row: { BeganAt: { } began, State: StepState.Applying } } => (run.Now - began).TotalSeconds,
            _ => 1,
        });
        var stuck = done.Where(s => s.Step.Irreversible is not null || s.Bound.Irreversible is not null).Select(s => s.Step.Id).ToList();
        var standing = RollbackDecision.StandingOf(run, null, signed);
        var loses = done.Count == 0 ? "there is nothing to undo"
            : stuck.Count > 0 ? $"not possible past {string.Join(", ", stuck)}"
            : standing.Age is null ? "loses nothing"
            : $"loses nothing that was there before; what was written since {standing.Since} into what the run made goes with it";
        return new RollbackDocument(stuck.Count == 0, done.Count, seconds, loses, From([.. done.Where(s => s.Bound is not QuestionStep).Select(s => measured[s.Step.Id])]))
        {
            Decision = run.State is RunbookState.RolledBack or RunbookState.Aborted ? null : DecisionDocument.Of(standing),
            Approval = run.State is RunbookState.RolledBack or RunbookState.Aborted || run.RollingBack || RollbackDecision.SignedFor(run, null, signed, null) is not { } approval ? null : DemandDocument.Of(Phase.Expand, approval.Demand, null, approval),
        };
    }

    private static string From(IReadOnlyList<double?> measured) =>
        measured.Count == 0 || measured.All(m => m is not null) ? "as rehearsed" : measured.Any(m => m is not null) ? "in part as rehearsed, else by what it took to do" : "by what it took to do";
}

/// <summary>The row of the decision matrix that holds now.</summary>
/// <param name="Row">The times that it is for.</param>
/// <param name="Age">Since the switch; null as long as nothing is switched.</param>
/// <param name="Action"><c>rollback</c>, <c>assess</c>, <c>evaluate</c>, <c>prefer-forward</c> or <c>forward-only</c>.</param>
/// <param name="Approvers">The roles that have to approve, all of them.</param>
internal sealed record DecisionDocument(string Row, string? Age, string Impact, string Action, IReadOnlyList<string> Approvers, string? Takes)
{
    public static DecisionDocument Of(RollbackStanding standing) => new(
        standing.Row.Span, standing.Age is null ? null : RollbackDecision.Age(standing), RollbackRow.Word(standing.Row.Impact), RollbackRow.Word(standing.Row.Action), standing.Approvers, standing.Row.Takes);

    public static DecisionDocument Of(RollbackRow row, RollbackMatrix matrix, RunbookPlan plan) =>
        new(row.Span, null, RollbackRow.Word(row.Impact), RollbackRow.Word(row.Action), matrix.ApproversOf(row, plan), row.Takes);

    /// <summary>In one line, for people.</summary>
    public static string Describe(RollbackStanding standing) => standing.Age is null
        ? $"{standing.Since} yet: nobody has to approve"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{RollbackDecision.Age(standing)} since {standing.Since} ({standing.Row.Span}): {standing.Row.Says}; {(standing.Approvers.Count == 0 ? "nobody has to approve" : $"{string.Join(" and ", standing.Approvers)} {(standing.Approvers.Count == 1 ? "approves" : "approve")}")}");
}
