using Godwit.Identity.Database;
using Godwit.Identity.Requests;

namespace Godwit.Identity.Events;

/// <summary>An event as the person sees it whom it is about.</summary>
/// <param name="RiskScore">Of a login: 0 to 100.</param>
/// <param name="RiskReasons">What the score is made of; null where it is of nothing.</param>
internal sealed record EventDocument(string Type, string Severity, string? IpAddress, string? UserAgent, Guid? DeviceId, bool Blocked, DateTimeOffset At, int? RiskScore, IReadOnlyList<string>? RiskReasons);

/// <summary>The newest hundred events about who asks.</summary>
internal sealed class OwnEvents(IdentityDatabase database)
{
    public Task<IReadOnlyList<EventDocument>> ListAsync(Caller caller, CancellationToken cancellation) => database.WithAsync<IReadOnlyList<EventDocument>>(
        async connection => await Statement.AllAsync(
            connection,
            """
            SELECT e.event_type, e.severity, host(e.ip_address), e.user_agent, e.device_id, e.blocked, e.created_at,
                e.risk_score, CASE WHEN jsonb_typeof(e.event_data -> 'risk') = 'array' THEN ARRAY(SELECT part ->> 'why' FROM jsonb_array_elements(e.event_data -> 'risk') AS part) END
            FROM identity.user_security_events e JOIN identity.users u ON u.id = e.user_id WHERE u.uuid = $1 ORDER BY e.created_at DESC, e.id DESC LIMIT 100
            """,
            r => new EventDocument(r.GetString(0), r.GetString(1), r.IsDBNull(2) ? null : r.GetString(2), r.IsDBNull(3) ? null : r.GetString(3), r.IsDBNull(4) ? null : r.GetGuid(4), r.GetBoolean(5), r.GetFieldValue<DateTimeOffset>(6),
                r.IsDBNull(7) ? null : r.GetInt32(7), r.IsDBNull(8) ? null : r.GetFieldValue<string[]>(8)),
            cancellation, Statement.P(caller.User)),
        cancellation);
}
