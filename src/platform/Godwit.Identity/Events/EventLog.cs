using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Identity.Audit;
using Godwit.Identity.Database;
using Godwit.Security.Canonical;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Events;

/// <summary>Writes security events. Each row commits to itself by its leaf, of which blocks are sealed later.</summary>
internal sealed class EventLog(TimeProvider time)
{
    /// <summary>Writes an event in the connection's transaction.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, SecurityEvent written, CancellationToken cancellation)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var at = ToMicroseconds(time.GetUtcNow());
        var salt = EventCommitment.NewSalt();
        var severity = written.Severity switch { EventSeverity.Warning => "warning", EventSeverity.Critical => "critical", _ => "info" };
        var data = written.Data?.ToJsonString();
        await Statement.RunAsync(
            connection,
            """
            INSERT INTO identity.user_security_events (event_id, user_id, event_type, event_category, severity, ip_address, user_agent, device_id, session_id, event_data, risk_score, blocked, created_at, salt, leaf)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """,
            cancellation,
            Statement.P(id), Statement.P(written.UserId, NpgsqlDbType.Bigint), Statement.P(written.Type), Statement.P(written.Category), Statement.P(severity), Statement.P(written.Client?.Address, NpgsqlDbType.Inet),
            Statement.P(written.Client?.Agent, NpgsqlDbType.Text), Statement.P(written.Device, NpgsqlDbType.Uuid), Statement.P(written.Session, NpgsqlDbType.Bigint), Statement.P(data, NpgsqlDbType.Jsonb),
            Statement.P(written.Risk, NpgsqlDbType.Integer), Statement.P(written.Blocked), Statement.P(at.UtcDateTime), Statement.P(salt), Statement.P(MerkleTree.LeafOf(salt, Canonical(id, at, severity, written))));
    }

    /// <summary>As the column keeps it: what is computed of a row later has to be the same.</summary>
    private static DateTimeOffset ToMicroseconds(DateTimeOffset at) => new(at.Ticks - (at.Ticks % TimeSpan.TicksPerMicrosecond), at.Offset);

    private static byte[] Canonical(Guid id, DateTimeOffset at, string severity, SecurityEvent written)
    {
        var row = new JsonObject
        {
            ["id"] = id.ToString(), ["at"] = at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", System.Globalization.CultureInfo.InvariantCulture), ["type"] = written.Type, ["category"] = written.Category, ["severity"] = severity,
            ["blocked"] = written.Blocked,
        };
        if (written.UserId is { } user) row["user"] = user;
        if (written.Client is { } client) row["address"] = client.Address.ToString();
        if (written.Client?.Agent is { } agent) row["agent"] = agent;
        if (written.Device is { } device) row["device"] = device.ToString();
        if (written.Session is { } session) row["session"] = session;
        if (written.Risk is { } risk) row["risk"] = risk;
        if (written.Data is { } data) row["data"] = data.DeepClone();
        using var document = JsonDocument.Parse(row.ToJsonString());
        return CanonicalJson.Canonicalize(document.RootElement);
    }
}
