using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>Where a live move of a run stands.</summary>
/// <param name="Step">The step that moves.</param>
/// <param name="Side"><c>old</c> or <c>new</c>: who is written to.</param>
/// <param name="Origin">What was asked for, as the command wrote it.</param>
/// <param name="Schema">The target's schema.</param>
/// <param name="Switching">Whether an attempt to change that is under way.</param>
/// <param name="Rows">Changed rows in the last batch that was carried; null before the first.</param>
/// <param name="SecondsBehind">Since the other side was seen to have everything; null before that, and once the move has ended.</param>
/// <param name="Unfit">Rows that the new side cannot hold.</param>
/// <param name="Ended">Whether the old side is kept up no longer.</param>
public sealed record LiveStanding(string Step, string Side, string Origin, string Schema, bool Switching, long? Rows, double? SecondsBehind, long Unfit, bool Ended)
{
    /// <summary>Whether the new side's tables have the names under which the old side's were known.</summary>
    public bool Exchanged { get; init; }

    /// <summary>What holds the horizon of the old side, as its follower saw it within the last minute; null where nothing does, or nobody follows.</summary>
    public string? OldHeldBy { get; init; }

    /// <summary>The same of the new side's server, now.</summary>
    public string? NewHeldBy { get; init; }

    public static async Task<IReadOnlyList<LiveStanding>> ReadAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using (var there = new NpgsqlCommand("SELECT to_regclass('godwit.live_moves') IS NOT NULL", connection))
        {
            if (await there.ExecuteScalarAsync(cancellation) is not true) return [];
        }
        await using var command = new NpgsqlCommand(
            """
            SELECT r.parent_step, lower(l.side), r.origin, r.target_schema, l.towards IS NOT NULL, l.carried,
                CASE WHEN l.ended_at IS NULL THEN extract(epoch FROM clock_timestamp() - l.followed_at)::float8 END,
                (SELECT count(*) FROM godwit.live_unfit u WHERE u.move = l.move), l.ended_at IS NOT NULL,
                CASE WHEN l.followed_at > clock_timestamp() - interval '1 minute' THEN to_jsonb(l) ->> 'held_by' END, l.exchanged
            FROM godwit.live_moves l JOIN godwit.runs r ON r.id = l.move WHERE r.parent = $1 AND r.state <> 'Aborted' ORDER BY r.started_at
            """, connection)
        { Parameters = { new() { Value = run } } };
        var standings = new List<LiveStanding>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                standings.Add(new LiveStanding(
                    reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetBoolean(4), reader.IsDBNull(5) ? null : reader.GetInt64(5), reader.IsDBNull(6) ? null : reader.GetDouble(6),
                    reader.GetInt64(7), reader.GetBoolean(8))
                { OldHeldBy = reader.IsDBNull(9) ? null : reader.GetString(9), Exchanged = reader.GetBoolean(10) });
            }
        }
        if (standings.TrueForAll(s => s.Ended)) return standings;
        var held = await Horizon.FindHolderAsync(connection, cancellation);
        return [.. standings.Select(s => s.Ended ? s : s with { NewHeldBy = held })];
    }
}
