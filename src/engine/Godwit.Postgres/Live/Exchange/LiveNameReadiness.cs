using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Sourcing;
using Npgsql;

namespace Godwit.Postgres.Live.Exchange;

/// <summary>Whether the tables of a plan can exchange their names with those that it makes of them, before anything is made.</summary>
public static class LiveNameReadiness
{
    /// <param name="database">The source.</param>
    /// <param name="target">Where the plan's tables will be.</param>
    /// <param name="plan">What is moved.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="SourceReadException">The source cannot be read.</exception>
    public static async Task<IReadOnlyList<Finding>> FindAsync(SourceDatabase database, PostgresTarget target, MovePlan plan, CancellationToken cancellation)
    {
        if (!await database.IsAsync(target, cancellation)) return [TwoDatabases];
        try
        {
            await using var sessions = target.OpenSource(new SessionSettings { RunId = "live", Role = "look" });
            await using var connection = await sessions.OpenAsync(cancellation);
            var pairs = plan.Tables.Select(t => new NamePair(database.Schema, t.SourceName, plan.Schema, t.TargetName));
            var alone = (plan.Postgres?.Sequences ?? []).Where(s => s.Table is null).Select(s => new NamePair(database.Schema, s.Name, plan.Schema, s.Name, "SEQUENCE"));
            return await NameObstacles.FindPlannedAsync(connection, [.. pairs, .. alone], database.Schema, plan.Schema, cancellation);
        }
        catch (NpgsqlException fault) when (SourceReadException.IsSources(fault))
        {
            throw SourceReadException.Of(fault);
        }
    }

    /// <summary>A name leads to one database.</summary>
    public static Finding TwoDatabases => Finding.Error(
        FindingCodes.LiveNames, "the step `cutover` is to exchange names, and the source is not in the target's database", null, "Leave its `rename` out, and take the application to the new side by a step of its own.");
}
