using System.Net;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Security.Canonical;
using Npgsql;

namespace Godwit.Identity.Audit;

/// <summary>A row of the log with all that it says.</summary>
/// <param name="Content">In canonical form; empty when it holds what nothing of ours writes.</param>
/// <param name="Note">Of an erased one, why it has no salt.</param>
internal sealed record StoredEvent(long Id, byte[]? Salt, byte[] Leaf, byte[] Content, ErasureNote? Note);

/// <summary>Reads rows of the log.</summary>
internal static class EventRows
{
    /// <summary>The name of this database's log.</summary>
    public static async Task<string> LogAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        (await Statement.FirstAsync(connection, "SELECT installation::text FROM identity.schema_version", r => r.GetString(0), cancellation))!;

    /// <summary>By ascending id.</summary>
    public static Task<List<StoredEvent>> AllAsync(NpgsqlConnection connection, string where, CancellationToken cancellation, params NpgsqlParameter[] parameters) => Statement.AllAsync(
        connection,
        $"""
        SELECT id, salt, event_id, created_at, event_type, event_category, severity, blocked, user_id, ip_address, user_agent, device_id, session_id, risk_score, event_data::text, leaf, erased_by, erasure
        FROM identity.user_security_events WHERE {where} ORDER BY id
        """,
        r => new StoredEvent(
            r.GetInt64(0), r.IsDBNull(1) ? null : r.GetFieldValue<byte[]>(1), r.GetFieldValue<byte[]>(15), ContentOf(r), r.IsDBNull(16) || r.IsDBNull(17) ? null : new ErasureNote(r.GetString(16), r.GetFieldValue<byte[]>(17))),
        cancellation, parameters);

    private static byte[] ContentOf(NpgsqlDataReader r)
    {
        try
        {
            return new EventContent(
                r.GetGuid(2), r.GetFieldValue<DateTimeOffset>(3), r.GetString(4), r.GetString(5), r.GetString(6), r.GetBoolean(7), r.IsDBNull(8) ? null : r.GetInt64(8), r.IsDBNull(9) ? null : r.GetFieldValue<IPAddress>(9),
                r.IsDBNull(10) ? null : r.GetString(10), r.IsDBNull(11) ? null : r.GetGuid(11), r.IsDBNull(12) ? null : r.GetInt64(12), r.IsDBNull(13) ? null : r.GetInt32(13), r.IsDBNull(14) ? null : r.GetString(14)).ToBytes();
        }
        catch (CanonicalJsonException)
        {
            // Nothing of ours writes such data: it was changed.
            return [];
        }
    }
}
