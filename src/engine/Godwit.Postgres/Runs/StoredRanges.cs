using Godwit.Engine.Moves;

namespace Godwit.Postgres.Runs;

/// <summary>The ranges of a move that is there, for whoever verifies it without its lease.</summary>
public static class StoredRanges
{
    /// <summary>By the table's name at the target.</summary>
    public static async Task<ILookup<string, CopiedRange>> ReadAsync(TargetSessions sessions, Guid run, CancellationToken cancellation)
    {
        await using var session = await sessions.RentAsync(cancellation);
        var ranges = await RangeRows.ReadAsync(session.Connection, run, cancellation);
        session.Keep();
        return ranges;
    }
}
