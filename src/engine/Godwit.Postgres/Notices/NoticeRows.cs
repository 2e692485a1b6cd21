using Godwit.Engine.Notices;
using Npgsql;

namespace Godwit.Postgres.Notices;

/// <summary>
/// The outbox of a run, for whoever sends: each row is claimed for as long as sending it may take, so that two do not send it at once, and is taken up again when whoever claimed it
/// was killed. A sender whose run another runner has taken over claims nothing.
/// </summary>
public static class NoticeRows
{
    public static async Task<bool> ExistAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('godwit.notices') IS NOT NULL", connection);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <param name="connection">Of the sender's own.</param>
    /// <param name="run">Whose notices.</param>
    /// <param name="sender">The runner's epoch, or a token of a sender that is no runner.</param>
    /// <param name="hold">How long sending takes at most.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<IReadOnlyList<NoticeParcel>> ClaimAsync(NpgsqlConnection connection, Guid run, Guid sender, TimeSpan hold, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE godwit.notices SET claimed_by = $2, claimed_until = clock_timestamp() + $3, attempts = attempts + 1
            WHERE id IN (
                SELECT id FROM godwit.notices
                WHERE run = $1 AND state = 'Waiting' AND next_try <= clock_timestamp() AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
                    AND NOT EXISTS (SELECT FROM godwit.leases l WHERE l.run = $1 AND l.epoch <> $2 AND clock_timestamp() - l.heartbeat < l.lasts)
                ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED)
            RETURNING id, notice, part, event, key, required, attempts, content
            """, connection)
        { Parameters = { new() { Value = run }, new() { Value = sender }, new() { Value = hold }, new() { Value = limit } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var parcels = new List<NoticeParcel>();
        while (await reader.ReadAsync(cancellation))
        {
            // One of a newer program is left to it, and one that somebody changed is nobody's to send: its claim runs out, and the others are sent.
            if (NoticeEvents.Find(reader.GetString(3)) is not { } told || NoticeContent.TryRead(reader.GetString(7)) is not { } content) continue;
            parcels.Add(new NoticeParcel(
                reader.GetInt64(0), reader.GetString(1), reader.GetInt32(2), told, reader.GetString(4), reader.GetBoolean(5), reader.GetInt32(6), content));
        }
        return [.. parcels.OrderBy(p => p.Id)];
    }

    public static Task MarkSentAsync(NpgsqlConnection connection, NoticeParcel parcel, Guid sender, CancellationToken cancellation) => ExecuteAsync(
        connection,
        "UPDATE godwit.notices SET state = 'Sent', sent_at = clock_timestamp(), problem = NULL, claimed_by = NULL, claimed_until = NULL WHERE id = $1 AND claimed_by = $2",
        cancellation, new() { Value = parcel.Id }, new() { Value = sender });

    /// <param name="connection">As above.</param>
    /// <param name="parcel">What was not sent.</param>
    /// <param name="sender">Who claimed it.</param>
    /// <param name="problem">Why not.</param>
    /// <param name="wait">Until the next attempt; when that would be later than it is to be given up, it is.</param>
    /// <param name="cancellation">Stops.</param>
    public static Task MarkFailedAsync(NpgsqlConnection connection, NoticeParcel parcel, Guid sender, string problem, TimeSpan wait, CancellationToken cancellation) => ExecuteAsync(
        connection,
        """
        UPDATE godwit.notices SET state = CASE WHEN clock_timestamp() + $4 > give_up_at THEN 'GivenUp' ELSE 'Waiting' END,
            problem = $3, next_try = clock_timestamp() + $4, claimed_by = NULL, claimed_until = NULL
        WHERE id = $1 AND claimed_by = $2
        """,
        cancellation, new() { Value = parcel.Id }, new() { Value = sender }, new() { Value = problem }, new() { Value = wait });

    /// <summary>Gives back what was claimed and not begun to be sent.</summary>
    public static Task ReleaseAsync(NpgsqlConnection connection, NoticeParcel parcel, Guid sender, CancellationToken cancellation) => ExecuteAsync(
        connection, "UPDATE godwit.notices SET attempts = attempts - 1, claimed_by = NULL, claimed_until = NULL WHERE id = $1 AND claimed_by = $2",
        cancellation, new() { Value = parcel.Id }, new() { Value = sender });

    /// <summary>Has those tried at once that wait for their next attempt, and those again that were given up.</summary>
    /// <param name="connection">As above.</param>
    /// <param name="run">Whose.</param>
    /// <param name="requiredOnly">Leaves those alone that nothing waits for.</param>
    /// <param name="cancellation">Stops.</param>
    public static Task ReviveAsync(NpgsqlConnection connection, Guid run, bool requiredOnly, CancellationToken cancellation) => ExecuteAsync(
        connection,
        """
        UPDATE godwit.notices SET state = 'Waiting', next_try = clock_timestamp(), give_up_at = greatest(give_up_at, clock_timestamp() + (give_up_at - made_at))
        WHERE run = $1 AND state <> 'Sent' AND (required OR NOT $2)
        """, cancellation, new() { Value = run }, new() { Value = requiredOnly });

    /// <summary>How long until something is to be sent; null when nothing waits.</summary>
    public static async Task<TimeSpan?> NextAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT min(greatest(next_try, coalesce(claimed_until, next_try))) - clock_timestamp() FROM godwit.notices WHERE run = $1 AND state = 'Waiting'", connection)
        { Parameters = { new() { Value = run } } };
        return await command.ExecuteScalarAsync(cancellation) is TimeSpan left ? left < TimeSpan.Zero ? TimeSpan.Zero : left : null;
    }

    /// <summary>All of a run, the first first.</summary>
    public static async Task<IReadOnlyList<NoticeRow>> ReadAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        if (!await ExistAsync(connection, cancellation)) return [];
        await using var command = new NpgsqlCommand(
            "SELECT notice, part, event, key, required, state, attempts, made_at, next_try, give_up_at, sent_at, problem, content FROM godwit.notices WHERE run = $1 ORDER BY id", connection)
        { Parameters = { new() { Value = run } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<NoticeRow>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(new NoticeRow(
                reader.GetString(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.GetBoolean(4), Enum.Parse<NoticeState>(reader.GetString(5)), reader.GetInt32(6),
                reader.GetFieldValue<DateTimeOffset>(7), reader.GetFieldValue<DateTimeOffset>(8), reader.GetFieldValue<DateTimeOffset>(9), reader.IsDBNull(10) ? null : reader.GetFieldValue<DateTimeOffset>(10),
                reader.IsDBNull(11) ? null : reader.GetString(11), NoticeContent.TryRead(reader.GetString(12))?.Subject ?? "(it was changed in the database)"));
        }
        return rows;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params IReadOnlyList<NpgsqlParameter> parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
