using System.Globalization;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Godwit.Identity.Audit;

/// <summary>
/// Drops months of the log whose time is over, the oldest first, and signs what went (<see cref="DroppedMonth"/>). A month whose rows are not those that the blocks have is kept: it is evidence.
/// </summary>
internal sealed partial class EventRetention(EventSealer sealer, EventLog events, ILogger<EventRetention> logger)
{
    private const string OfMonth = "created_at >= $1 AND created_at < $2";

    private const string Months = """
        SELECT right(c.relname, 7), to_date(right(c.relname, 7), 'YYYY_MM') < (date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => $1))::date
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'identity.user_security_events'::regclass AND c.relname ~ '^user_security_events_[0-9]{4}_[0-9]{2}$' ORDER BY c.relname LIMIT 1
        """;

    /// <summary>Drops the oldest month in the connection's transaction, if its time is over and all of its rows are sealed.</summary>
    /// <returns>Whether one was dropped.</returns>
    public async Task<bool> DropNextAsync(NpgsqlConnection connection, int monthsKept, CancellationToken cancellation)
    {
        var (month, over) = await Statement.FirstAsync(connection, Months, r => (r.GetString(0), r.GetBoolean(1)), cancellation, Statement.P(monthsKept));
        if (month is null || !over) return false;
        var from = DateTime.SpecifyKind(DateTime.ParseExact(month, "yyyy_MM", CultureInfo.InvariantCulture), DateTimeKind.Utc);
        NpgsqlParameter[] Within() => [Statement.P(from), Statement.P(from.AddMonths(1))];
        var (unsealed, first, last, low, high) = await Statement.FirstAsync(
            connection,
            $"SELECT count(*) FILTER (WHERE block IS NULL), coalesce(min(block), 0), coalesce(max(block), 0), coalesce(min(id), 0), coalesce(max(id), 0) FROM identity.user_security_events WHERE {OfMonth}",
            r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4)), cancellation, Within());
        if (unsealed > 0) return false;
        var others = await Statement.AllAsync(
            connection, $"SELECT id FROM identity.user_security_events WHERE NOT ({OfMonth}) AND block BETWEEN $3 AND $4 AND id BETWEEN $5 AND $6", r => r.GetInt64(0), cancellation,
            [.. Within(), Statement.P(first), Statement.P(last), Statement.P(low), Statement.P(high)]);
        var log = await EventRows.LogAsync(connection, cancellation);
        var dropped = new DroppedMonth(log, month, first, last, low, high, others.ToHashSet(), await RowsOfAsync(connection, Within(), cancellation));
        if (dropped.Rows != await SealedAsync(connection, dropped, cancellation))
        {
            Kept(logger, month);
            return false;
        }
        await Statement.RunAsync(
            connection, "SELECT identity.drop_event_partition($1, $2, $3, $4, $5)", cancellation, Statement.P(monthsKept), Statement.P(month), Statement.P(dropped.Rows.Count), Statement.P(dropped.ToBytes(sealer.Key.Kid)),
            Statement.P(dropped.SignBy(sealer.Key)));
        await events.WriteAsync(connection, new SecurityEvent("events_dropped", "admin_action") { Data = new() { ["month"] = month, ["events"] = dropped.Rows.Count } }, cancellation);
        return true;
    }

    private static async Task<RowsDigest> RowsOfAsync(NpgsqlConnection connection, NpgsqlParameter[] within, CancellationToken cancellation)
    {
        using var hash = new RowsHash();
        await using var command = Statement.Of(connection, $"SELECT id, leaf FROM identity.user_security_events WHERE {OfMonth} ORDER BY block, id", within);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) hash.Add(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
        return hash.ToDigest();
    }

    /// <summary>What the blocks have of the month: but for what went with one before it.</summary>
    private static async Task<RowsDigest> SealedAsync(NpgsqlConnection connection, DroppedMonth month, CancellationToken cancellation)
    {
        var before = await DroppedMonth.AllAsync(connection, month.Log, null, cancellation);
        using var hash = new RowsHash();
        for (var number = month.FirstBlock; number > 0 && number <= month.LastBlock; number++)
        {
            if (await BlockRow.FindAsync(connection, number, cancellation) is not { } block) continue;
            foreach (var (id, leaf) in block.Commitments)
            {
                if (month.Covers(number, id) && !before.Exists(m => m.Covers(number, id))) hash.Add(id, leaf);
            }
        }
        return hash.ToDigest();
    }

    [LoggerMessage(2311, LogLevel.Error, "the security events of {month} are not those that were sealed, and are kept: `godwit audit verify` names the first", EventName = "MonthKept")]
    private static partial void Kept(ILogger logger, string month);
}
