using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rollback;

/// <summary>How a run stands in the decision matrix.</summary>
/// <param name="Age">Since the switch, by the target's clock; null as long as nothing is switched: the old is in use, and going back touches nobody.</param>
/// <param name="Since">What the age is counted from.</param>
/// <param name="Row">The row that holds.</param>
/// <param name="Approvers">The roles whose approval it takes.</param>
public sealed record RollbackStanding(TimeSpan? Age, string Since, RollbackRow Row, IReadOnlyList<string> Approvers)
{
    public bool IsRefused => Age is not null && Row.Action == RollbackAction.ForwardOnly;

    /// <param name="run">The run.</param>
    /// <param name="impact">What somebody knows of it.</param>
    /// <param name="pinned">The roles that people have in the target.</param>
    public static RollbackStanding Of(RunbookRun run, RollbackImpact? impact = null, IReadOnlyCollection<string>? pinned = null)
    {
        var matrix = RollbackMatrix.Of(run.Plan);
        var (age, since) = AgeOf(run);
        var row = matrix.RowOf(age, impact);
        return new RollbackStanding(age, since, row, age is null ? [] : matrix.ApproversOf(row, run.Plan, pinned));
    }

    /// <summary>
    /// Counted from when the switch began: from then on something may be written that the old does not have. A run without a switch counts from the end of its
    /// last phase, contract left out.
    /// </summary>
    private static (TimeSpan? Age, string Since) AgeOf(RunbookRun run)
    {
        var phases = run.Plan.Phases.Where(p => p.Phase != Phase.Contract).Select(p => p.Phase).ToList();
        if (phases.Contains(Phase.Switch)) return run.Phases.FirstOrDefault(p => p.Phase == Phase.Switch) is { } row ? (run.Now - row.BeganAt, "the switch") : (null, "nothing is switched");
        var ended = phases.Select(p => run.Phases.FirstOrDefault(r => r.Phase == p)?.EndedAt).ToList();
        return ended.Count > 0 && ended.TrueForAll(e => e is not null) ? (run.Now - ended.Max(), $"the end of {PhaseNames.Of(phases[^1])}") : (null, "its phases are not done");
    }
}
