using Godwit.Identity.Audit;
using Godwit.Identity.Database;
using Godwit.Identity.Figures;
using Godwit.Identity.Register;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Events;

/// <summary>Writes security events. Each row commits to itself by its leaf, of which blocks are sealed later (<see cref="EventSealer"/>).</summary>
/// <param name="time">The time.</param>
/// <param name="notes">Where what somebody loses is noted for the register; null where there is none.</param>
internal sealed class EventLog(TimeProvider time, CommitNotes? notes = null)
{
    /// <summary>Writes an event in the connection's transaction.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, SecurityEvent written, CancellationToken cancellation)
    {
        IdentityMeter.Happened(written.Type);
        if (notes is not null)
        {
            foreach (var note in RegisterNote.Of(written)) notes.Add(connection, note);
        }
        var at = EventContent.Rounded(time.GetUtcNow());
        var severity = written.Severity switch { EventSeverity.Warning => "warning", EventSeverity.Critical => "critical", _ => "info" };
        var content = new EventContent(
            Guid.CreateVersion7(at), at, written.Type, written.Category, severity, written.Blocked, written.UserId, written.Client?.Address, written.Client?.Agent, written.Device, written.Session, written.Risk, written.Data?.ToJsonString());
        var salt = EventCommitment.NewSalt();
        await Statement.RunAsync(
            connection,
            """
            INSERT INTO identity.user_security_events (event_id, user_id, event_type, event_category, severity, ip_address, user_agent, device_id, session_id, event_data, risk_score, blocked, created_at, salt, leaf)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """,
            cancellation,
            Statement.P(content.EventId), Statement.P(content.UserId, NpgsqlDbType.Bigint), Statement.P(content.Type), Statement.P(content.Category), Statement.P(severity), Statement.P(content.Address, NpgsqlDbType.Inet),
            Statement.P(content.Agent, NpgsqlDbType.Text), Statement.P(content.Device, NpgsqlDbType.Uuid), Statement.P(content.Session, NpgsqlDbType.Bigint), Statement.P(content.Data, NpgsqlDbType.Jsonb),
            Statement.P(content.Risk, NpgsqlDbType.Integer), Statement.P(content.Blocked), Statement.P(at.UtcDateTime), Statement.P(salt), Statement.P(MerkleTree.LeafOf(salt, content.ToBytes())));
    }
}
