using Godwit.Model.Runbooks;

namespace Godwit.Engine.Estimates;

/// <summary>How long a phase is expected to take.</summary>
/// <param name="Source">Who says so, in a few words.</param>
public sealed record PhaseEstimate(TimeSpan Time, string Source)
{
    /// <summary>What the runbook says: the phase's estimate, else its deadline, which it cannot take longer than.</summary>
    public static PhaseEstimate Of(PhaseSettings phase) => phase.Estimate is { } declared ? new PhaseEstimate(declared, "the runbook's estimate") : new PhaseEstimate(phase.Deadline, "the phase's deadline");
}

/// <summary>Measured times of phases: of rehearsals, or of earlier runs.</summary>
public interface IPhaseEstimates
{
    /// <summary>Null where nothing was measured for this plan.</summary>
    Task<PhaseEstimate?> FindAsync(RunbookPlan plan, Phase phase, CancellationToken cancellation);
}

/// <summary>Nothing was measured.</summary>
public sealed class NoPhaseEstimates : IPhaseEstimates
{
    public static NoPhaseEstimates Instance { get; } = new();

    public Task<PhaseEstimate?> FindAsync(RunbookPlan plan, Phase phase, CancellationToken cancellation) => Task.FromResult<PhaseEstimate?>(null);
}
