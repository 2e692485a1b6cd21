using System.Net;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Security.Canonical;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Identity.Audit;

/// <summary>What a look over the whole log of security events found.</summary>
/// <param name="Blocks">That were verified.</param>
/// <param name="Events">Rows that are what was sealed.</param>
/// <param name="Erased">Rows of people who were erased: that they were there is proved, and no more what they said.</param>
/// <param name="Dropped">Rows of months that retention dropped.</param>
/// <param name="Unsealed">Rows of which nothing is proved yet.</param>
/// <param name="LastBlock">The hash of the last header: who keeps it elsewhere notices when the newest blocks are cut off.</param>
/// <param name="Fault">The first that is wrong, or null.</param>
internal sealed record AuditReport(long Blocks, long Events, long Erased, long Dropped, long Unsealed, string LastBlock, BlockFault? Fault);

/// <summary>Verifies the log block by block, row by row, in one snapshot.</summary>
internal static class EventAudit
{
    /// <param name="connection">A connection of its own, without a transaction.</param>
    /// <param name="known">Keys that may have signed blocks.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<AuditReport> VerifyAsync(NpgsqlConnection connection, KnownSigners known, CancellationToken cancellation)
    {
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        var log = await Statement.FirstAsync(connection, "SELECT installation::text FROM identity.schema_version", r => r.GetString(0), cancellation);
        var lastDropped = await Statement.FirstAsync(connection, "SELECT coalesce(max(last_id), 0) FROM identity.dropped_event_partitions", r => r.GetInt64(0), cancellation);
        var unsealed = await Statement.FirstAsync(connection, "SELECT count(*) FROM identity.user_security_events WHERE block IS NULL", r => r.GetInt64(0), cancellation);
        var count = await Statement.FirstAsync(connection, "SELECT coalesce(max(number), 0) FROM identity.audit_blocks", r => r.GetInt64(0), cancellation);
        long events = 0, erased = 0, dropped = 0;
        BlockHeader? previous = null;
        for (var number = 1L; number <= count; number++)
        {
            var block = await BlockRow.FindAsync(connection, number, cancellation);
            var fault = block is null ? new BlockFault(number, null, "it is missing") : block.Verify(log!, previous, KeyOf);
            if (fault is null)
            {
                var rows = await RowsAsync(connection, number, cancellation);
                var gone = block!.Commitments.Where(c => c.Id <= lastDropped).Select(c => c.Id).Except(rows.Select(r => r.Id)).ToList();
                rows.AddRange(gone.Select(id => new EventRow(id, null, null)));
                rows.Sort((a, b) => a.Id.CompareTo(b.Id));
                (fault, var without) = block.VerifyRows(rows, _ => false);
                if (fault is null)
                {
                    erased += without.Count - gone.Count;
                    dropped += gone.Count;
                    events += block.Commitments.Count - without.Count;
                    previous = block.Header;
                }
            }
            if (fault is not null) return new AuditReport(number - 1, events, erased, dropped, unsealed, previous?.Hash ?? BlockHeader.None, fault);
        }
        var stray = await Statement.FirstAsync(
            connection, "SELECT id, block FROM identity.user_security_events WHERE block > $1 OR block < 1 ORDER BY id LIMIT 1", r => new BlockFault(r.GetInt64(1), r.GetInt64(0), $"event {r.GetInt64(0)} says that it is of a block that is not there"), cancellation,
            Statement.P(count));
        return new AuditReport(count, events, erased, dropped, unsealed, previous?.Hash ?? BlockHeader.None, stray);

        EcPublicKey? KeyOf(string id) => known.Keys.FirstOrDefault(k => k.Kid == id);
    }

    private static Task<List<EventRow>> RowsAsync(NpgsqlConnection connection, long block, CancellationToken cancellation) => Statement.AllAsync(
        connection,
        """
        SELECT id, salt, event_id, created_at, event_type, event_category, severity, blocked, user_id, ip_address, user_agent, device_id, session_id, risk_score, event_data::text
        FROM identity.user_security_events WHERE block = $1 ORDER BY id
        """,
        r => new EventRow(r.GetInt64(0), r.IsDBNull(1) ? null : r.GetFieldValue<byte[]>(1), ContentOf(r)), cancellation, Statement.P(block));

    private static byte[]? ContentOf(NpgsqlDataReader r)
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
            return null;
        }
    }
}
