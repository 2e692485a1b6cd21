using Godwit.Engine.Rehearsals;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Rehearsals;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Cli.Rehearsals;

/// <summary>What the rehearsals on record say about a plan, for commands that show it.</summary>
internal static class RehearsedTimes
{
    public static async Task<RehearsalEstimates> ReadAsync(NpgsqlConnection connection, RunbookPlan plan, CancellationToken cancellation)
    {
        if (await RehearsalRows.ReadAsync(connection, plan.Name, cancellation) is not { Count: > 0 } stored) return RehearsalEstimates.None;
        var (target, _) = await RehearsalRows.IdentifyAsync(connection, cancellation);
        var count = RehearsalCount.Of(stored, plan.Hash, target, KnownSigners.Load(GodwitHome.Folder()));
        // A failed one took back nothing of what came after it failed: figures come from good ones alone.
        return new RehearsalEstimates([.. count.Taken.Where(r => r.Outcome == RehearsalOutcome.Good)], await RehearsalRows.CountAsync(connection, cancellation));
    }
}
