using Godwit.Identity.Audit;
using Godwit.Identity.Database;
using Godwit.Identity.Figures;
using Godwit.Identity.Register;
using Npgsql;

namespace Godwit.Identity.Events;

/// <summary>Writes security events. Each row commits to itself by its leaf, of which blocks are sealed later (<see cref="EventSealer"/>).</summary>
/// <param name="time">The time.</param>
/// <param name="notes">Where what somebody loses is noted for the register; null where there is none.</param>
internal sealed class EventLog(TimeProvider time, CommitNotes? notes = null)
{
    /// <summary>Writes an event in the connection's transaction.</summary>
    public Task WriteAsync(NpgsqlConnection connection, SecurityEvent written, CancellationToken cancellation) => WriteAsync(connection, [written], cancellation);

    /// <summary>Writes events in the connection's transaction, by one statement.</summary>
    public Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<SecurityEvent> written, CancellationToken cancellation)
    {
        var at = EventContent.Rounded(time.GetUtcNow());
        var rows = new EventContent[written.Count];
        var (salts, leaves) = (new byte[rows.Length][], new byte[rows.Length][]);
        for (var i = 0; i < rows.Length; i++)
        {
            IdentityMeter.Happened(written[i].Type);
            if (notes is not null)
            {
                foreach (var note in RegisterNote.Of(written[i])) notes.Add(connection, note);
            }
            rows[i] = ContentOf(written[i], at);
            salts[i] = EventCommitment.NewSalt();
            leaves[i] = MerkleTree.LeafOf(salts[i], rows[i].ToBytes());
        }
        return Statement.RunAsync(
            connection,
            """
            INSERT INTO identity.user_security_events (event_id, user_id, event_type, event_category, severity, ip_address, user_agent, device_id, session_id, event_data, risk_score, blocked, created_at, salt, leaf)
            SELECT e.event_id, e.user_id, e.type, e.category, e.severity, e.address, e.agent, e.device, e.session, e.data::jsonb, e.risk, e.blocked, $1, e.salt, e.leaf
            FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::inet[], $8::text[], $9::uuid[], $10::bigint[], $11::text[], $12::int[], $13::boolean[], $14::bytea[], $15::bytea[])
                AS e (event_id, user_id, type, category, severity, address, agent, device, session, data, risk, blocked, salt, leaf)
            """,
            cancellation,
            Statement.P(at.UtcDateTime), Column(r => r.EventId), Column(r => r.UserId), Column(r => r.Type), Column(r => r.Category), Column(r => r.Severity), Column(r => r.Address), Column(r => r.Agent), Column(r => r.Device),
            Column(r => r.Session), Column(r => r.Data), Column(r => r.Risk), Column(r => r.Blocked), Statement.P(salts), Statement.P(leaves));

        NpgsqlParameter Column<T>(Func<EventContent, T> of) => Statement.P(Array.ConvertAll(rows, r => of(r)));
    }

    private static EventContent ContentOf(SecurityEvent written, DateTimeOffset at) => new(
        Guid.CreateVersion7(at), at, written.Type, written.Category, written.Severity switch { EventSeverity.Warning => "warning", EventSeverity.Critical => "critical", _ => "info" }, written.Blocked, written.UserId,
        written.Client?.Address, written.Client?.Agent, written.Device, written.Session, written.Risk, written.Data?.ToJsonString());
}
