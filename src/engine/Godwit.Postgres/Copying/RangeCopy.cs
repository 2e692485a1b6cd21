using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Digests;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Copying;

/// <summary>Copies one range in one transaction: the lease held, the range's row locked before the COPY, rows and progress committed together.</summary>
internal static class RangeCopy
{
    /// <summary>Bytes of values below which a table is not frozen.</summary>
    public const long FewestFrozenBytes = 1 << 20;

    public static async Task<CopiedRange> RunAsync(
        NpgsqlConnection connection,
        Lease lease,
        RunDescription run,
        TablePlan table,
        int ordinal,
        Func<IRowImageSink, RangeDigest> fill,
        Func<IRowImageSink, long>? fillQuarantine,
        string? keys,
        CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await lease.HoldAsync(connection, transaction, CommitWait.None, cancellation);
        var before = await RangeRows.LockAsync(connection, transaction, run.Id, table.TargetName, ordinal, cancellation);
        if (before.Done) return before;

        var target = TargetName.Qualify(run.Plan.Schema, table.TargetName);
        var whole = table.Ranges.Count == 1;
        // A table emptied in the same transaction may be frozen as it is copied: no hint bits to set later, and no WAL at wal_level minimal. To empty it makes
        // new files and waits for the disk, which a small table is not worth.
        var freezes = whole && table.Bytes >= FewestFrozenBytes;
        if (whole)
        {
            await using var empty = new NpgsqlCommand(freezes ? $"TRUNCATE {target}" : $"DELETE FROM {target}", connection, transaction);
            await empty.ExecuteNonQueryAsync(cancellation);
        }
        var columns = string.Join(", ", table.Columns.Where(c => c.GeneratedSql is null).Select(c => TargetName.Quote(c.TargetName)));
        var digest = await CopyIn.RunAsync(connection, $"COPY {target} ({columns}) FROM STDIN (FORMAT binary{(freezes ? ", FREEZE" : "")})", fill, cancellation);
        var quarantined = 0L;
        if (fillQuarantine is not null && table.Quarantine is { } quarantine)
        {
            var quarantineTable = TargetName.Qualify(run.Plan.Schema, quarantine.TargetName);
            quarantined = await CopyIn.RunAsync(connection, $"COPY {quarantineTable} FROM STDIN (FORMAT binary)", fillQuarantine, cancellation);
        }
        var done = new CopiedRange(ordinal, Done: true, digest, quarantined) { Keys = keys };
        await RangeRows.FinishAsync(connection, transaction, run.Id, table.TargetName, done, cancellation);
        await transaction.CommitAsync(cancellation);
        return done;
    }
}
