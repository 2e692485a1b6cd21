using Godwit.Engine.Gates;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.People;

/// <summary>Asks, under the lease and of the rows as they are now, whether people have agreed. What was found true before is not remembered.</summary>
internal static class PeopleGate
{
    /// <summary>The gate that a phase with approvals has, whatever the runbook lists. No gate of a runbook can be called so: an id has no colon.</summary>
    public static string IdOf(Phase phase) => $"approvals:{PhaseNames.Of(phase)}";

    public static async Task<GateVerdict> AskAsync(IRunStore store, RunnerOptions options, Demand demand, CancellationToken cancellation)
    {
        if (options.Waived is { } why) return new GateVerdict(GateState.Pass, $"nobody has to agree: {why}") { Evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["waived"] = why } };
        return DemandStanding.Of(demand, store.Plan, store.Run, await store.ReadPeopleAsync(options.Known, cancellation)).ToVerdict();
    }
}
