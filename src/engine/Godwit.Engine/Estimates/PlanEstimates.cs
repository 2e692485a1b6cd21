using Godwit.Model.Runbooks;

namespace Godwit.Engine.Estimates;

/// <summary>What is expected of every phase of a plan: what was measured, else what the runbook says.</summary>
public static class PlanEstimates
{
    public static async Task<IReadOnlyDictionary<Phase, PhaseEstimate>> OfAsync(IPhaseEstimates measured, RunbookPlan plan, CancellationToken cancellation)
    {
        var all = new Dictionary<Phase, PhaseEstimate>();
        foreach (var phase in plan.Phases) all[phase.Phase] = await measured.FindAsync(plan, phase.Phase, cancellation) ?? PhaseEstimate.Of(phase);
        return all;
    }
}
