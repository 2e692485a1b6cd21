using Godwit.Identity.Database;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Identity.Audit;

/// <summary>What a look over the whole log of security events found.</summary>
/// <param name="Blocks">That were verified.</param>
/// <param name="Events">Rows that are what was sealed.</param>
/// <param name="Erased">Rows of people who were erased: that they were there is proved, and what the erasure left of them.</param>
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
        var log = await EventRows.LogAsync(connection, cancellation);
        using var months = new DroppedMonths(await DroppedMonth.AllAsync(connection, log, KeyOf, cancellation));
        var unsealed = await Statement.FirstAsync(connection, "SELECT count(*) FROM identity.user_security_events WHERE block IS NULL", r => r.GetInt64(0), cancellation);
        var count = await Statement.FirstAsync(connection, "SELECT coalesce(max(number), 0) FROM identity.audit_blocks", r => r.GetInt64(0), cancellation);
        long events = 0, erased = 0, dropped = 0;
        BlockHeader? previous = null;
        for (var number = 1L; number <= count; number++)
        {
            var block = await BlockRow.FindAsync(connection, number, cancellation);
            var fault = block is null ? new BlockFault(number, null, "it is missing") : block.Verify(log, previous, KeyOf);
            if (fault is null)
            {
                var stored = await EventRows.AllAsync(connection, "block = $1", cancellation, Statement.P(number));
                var there = stored.Select(r => r.Id).ToHashSet();
                var gone = block!.Commitments.Where(c => !there.Contains(c.Id) && months.Explain(number, c)).Select(c => c.Id).ToHashSet();
                var rows = stored.Select(r => new EventRow(r.Id, r.Salt, r.Content)).Concat(gone.Select(id => new EventRow(id, null, null))).OrderBy(r => r.Id);
                (fault, var without) = block.VerifyRows(rows, _ => false);
                fault = First(fault, Unexplained(number, block, stored));
                if (fault is null)
                {
                    erased += without.Count - gone.Count;
                    dropped += gone.Count;
                    events += block.Commitments.Count - without.Count;
                    previous = block.Header;
                    fault = months.Ended(number);
                }
            }
            if (fault is not null) return new AuditReport(number - 1, events, erased, dropped, unsealed, previous?.Hash ?? BlockHeader.None, fault);
        }
        var stray = await Statement.FirstAsync(
            connection, "SELECT id, block FROM identity.user_security_events WHERE block > $1 OR block < 1 ORDER BY id LIMIT 1", r => new BlockFault(r.GetInt64(1), r.GetInt64(0), $"event {r.GetInt64(0)} says that it is of a block that is not there"), cancellation,
            Statement.P(count));
        return new AuditReport(count, events, erased, dropped, unsealed, previous?.Hash ?? BlockHeader.None, stray);

        EcPublicKey? KeyOf(string id) => known.Keys.FirstOrDefault(k => k.Kid == id);

        BlockFault? Unexplained(long number, MerkleBlock block, List<StoredEvent> stored)
        {
            var leaves = block.Commitments.ToDictionary(c => c.Id);
            var row = stored.Find(r => r.Salt is null && leaves.TryGetValue(r.Id, out var leaf) && r.Note?.Explains(log, leaf, r.Content, KeyOf) != true);
            return row is null ? null : new BlockFault(number, row.Id, row.Note is null ? $"event {row.Id} has lost its salt, and no erasure signed for that" : $"event {row.Id} was changed after it was erased, or by none of ours");
        }
    }

    private static BlockFault? First(BlockFault? one, BlockFault? other) => one is null || other?.Event < one.Event ? other ?? one : one;
}
