using Godwit.Engine.Estimates;
using Godwit.Engine.Rehearsals;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Cli.Rehearsals;

/// <summary>How long phases took in the rehearsals of a plan, for gates that go by it. Looked up once: what is rehearsed while a run goes on does not move its windows.</summary>
internal sealed class RehearsedPhases(PostgresTarget target) : IPhaseEstimates
{
    private RehearsalEstimates? _estimates;

    public async Task<PhaseEstimate?> FindAsync(RunbookPlan plan, Phase phase, CancellationToken cancellation) =>
        (_estimates ??= await ReadAsync(plan, cancellation)).Forward(phase) is { } forward ? new PhaseEstimate(TimeSpan.FromSeconds(forward.Seconds), forward.From) : null;

    private async Task<RehearsalEstimates> ReadAsync(RunbookPlan plan, CancellationToken cancellation)
    {
        try
        {
            await using var source = target.OpenSource(new SessionSettings { RunId = "estimates", Role = "find" });
            await using var connection = await source.OpenAsync(cancellation);
            return await RehearsedTimes.ReadAsync(connection, plan, cancellation);
        }
        catch (NpgsqlException)
        {
            // Then the runbook's own estimate holds, and the run meets the fault where it matters.
            return RehearsalEstimates.None;
        }
    }
}
