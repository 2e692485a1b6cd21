using System.Text.Json;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Requests;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Administration;

/// <summary>Security events of everybody, newest first, page by page: a page begins where the one before ended, whatever was written meanwhile.</summary>
internal sealed class EventSearch(IdentityDatabase database, EventLog events)
{
    public Task<IReadOnlyList<EventRecord>> FindAsync(Caller caller, EventFilter filter, CancellationToken cancellation) => database.InTransactionAsync<IReadOnlyList<EventRecord>>(
        async connection =>
        {
            var user = filter.User is { } of ? await Statement.FirstAsync(connection, "SELECT id FROM identity.users WHERE uuid = $1", r => (long?)r.GetInt64(0), cancellation, Statement.P(of)) : null;
            if (filter.User is not null && user is null) return [];
            var found = await Statement.AllAsync(
                connection,
                """
                SELECT e.event_id, e.created_at, e.event_type, e.event_category, e.severity, u.uuid, host(e.ip_address), e.user_agent, e.device_id, e.risk_score, e.blocked, e.event_data::text, e.block IS NOT NULL, e.id
                FROM identity.user_security_events e LEFT JOIN identity.users u ON u.id = e.user_id
                WHERE ($1::bigint IS NULL OR e.user_id = $1) AND ($2::text IS NULL OR e.event_data ->> 'by' = $2) AND ($3::text IS NULL OR e.event_type = $3) AND ($4::text IS NULL OR e.severity = $4)
                    AND ($5::timestamptz IS NULL OR e.created_at >= $5) AND ($6::timestamptz IS NULL OR e.created_at < $6) AND ($7::timestamptz IS NULL OR (e.created_at, e.id) < ($7, $8))
                ORDER BY e.created_at DESC, e.id DESC LIMIT $9
                """,
                Read, cancellation, Statement.P(user, NpgsqlDbType.Bigint), Statement.P(filter.By?.ToString(), NpgsqlDbType.Text), Statement.P(filter.Type, NpgsqlDbType.Text), Statement.P(filter.Severity, NpgsqlDbType.Text),
                Statement.P(filter.From?.UtcDateTime, NpgsqlDbType.TimestampTz), Statement.P(filter.To?.UtcDateTime, NpgsqlDbType.TimestampTz), Statement.P(filter.Before?.At.UtcDateTime, NpgsqlDbType.TimestampTz),
                Statement.P(filter.Before?.Id ?? 0), Statement.P(filter.Limit));
            // Addresses and browsers are personal: who looked for what is on record.
            await AdminEvent.WriteAsync(events, connection, "events_read", caller, user, EventSeverity.Info, cancellation, ("type", filter.Type), ("severity", filter.Severity));
            return found;
        },
        cancellation);

    private static EventRecord Read(NpgsqlDataReader r)
    {
        var at = r.GetFieldValue<DateTimeOffset>(1);
        return new EventRecord(
            r.GetGuid(0), at, r.GetString(2), r.GetString(3), r.GetString(4), r.IsDBNull(5) ? null : r.GetGuid(5), r.IsDBNull(6) ? null : r.GetString(6), r.IsDBNull(7) ? null : r.GetString(7), r.IsDBNull(8) ? null : r.GetGuid(8),
            r.IsDBNull(9) ? null : r.GetInt32(9), r.GetBoolean(10), r.IsDBNull(11) ? null : JsonDocument.Parse(r.GetString(11)).RootElement, r.GetBoolean(12), EventFilter.CursorOf(at, r.GetInt64(13)));
    }
}
