using Godwit.Engine.Moves;
using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Rows;
using Godwit.Model.Digests;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Reading;

/// <summary>Whether the tables of a move still hold the rows that were moved, by the digests that were certified.</summary>
internal static class MovedDigests
{
    /// <param name="connection">In the transaction that keeps writers out from here on.</param>
    /// <param name="sessions">To read with.</param>
    /// <param name="move">The move.</param>
    /// <param name="moved">What each table held, by its name at the target.</param>
    /// <param name="openerOf">What a table's rows go through before they are digested; null where they are digested as they are.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<IReadOnlyList<Finding>> FindChangedAsync(
        NpgsqlConnection connection, TargetSessions sessions, RunDescription move, IReadOnlyDictionary<string, RangeDigest> moved, Func<TablePlan, IRowOpener?> openerOf, CancellationToken cancellation)
    {
        await LockAsync(connection, move.Plan, cancellation);
        // Taken now, it sees all that was written before the lock.
        await using var snapshot = await TargetSnapshot.OpenAsync(sessions, move.Plan.Schema, move.HashKey, expectedCatalog: null, cancellation);
        var altered = await snapshot.FindIncomparableAsync(move.Plan, cancellation);
        var findings = altered.Select(t => Changed(t, "it is not there as it was made")).ToList();
        foreach (var table in move.Plan.Tables.Except(altered))
        {
            var visitor = new DigestVisitor(move.HashKey);
            var opener = openerOf(table);
            await snapshot.ScanAsync(table, new BlockRange(0, null), whole: opener is not null, OpeningVisitor.Before(visitor, opener), cancellation);
            if (!moved.TryGetValue(table.TargetName, out var before)) findings.Add(Changed(table, "nobody knows what it held"));
            else if (await HasMoreColumnsAsync(connection, move.Plan.Schema, table, cancellation)) findings.Add(Changed(table, "it has columns that were not moved"));
            else if (visitor.Digest != before) findings.Add(Changed(table, $"{before.Count:N0} rows were moved, {visitor.Digest.Count:N0} other rows are there"));
        }
        return findings;
    }

    /// <summary>SHARE keeps writers out and readers in; the removal's own lock comes after it.</summary>
    private static async Task LockAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellation)
    {
        await using var look = new NpgsqlCommand(
            "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind IN ('r', 'p') ORDER BY 1", connection)
        { Parameters = { new() { Value = plan.Schema }, new() { Value = plan.Tables.Select(t => t.TargetName).ToArray() } } };
        var names = new List<string>();
        await using (var reader = await look.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) names.Add(reader.GetString(0));
        }
        if (names.Count == 0) return;
        await using var take = new NpgsqlCommand($"LOCK TABLE {string.Join(", ", names.Select(n => TargetName.Qualify(plan.Schema, n)))} IN SHARE MODE", connection);
        await take.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<bool> HasMoreColumnsAsync(NpgsqlConnection connection, string schema, TablePlan table, CancellationToken cancellation)
    {
        await using var look = new NpgsqlCommand(
            "SELECT count(*) FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped", connection)
        { Parameters = { new() { Value = TargetName.Qualify(schema, table.TargetName) } } };
        return await look.ExecuteScalarAsync(cancellation) is not long count || count != table.Columns.Count;
    }

    private static Finding Changed(TablePlan table, string what) => Finding.Error(
        FindingCodes.ChangedSinceMoved, $"table {table.TargetName} was changed since it was moved: {what}", new Place.InTable(table.SourceName),
        "Save what was written since, and put the rows back as they were moved; or `godwit abort` ends the run as it is, and the tables are yours.");

    private sealed class DigestVisitor(UInt128 key) : ITupleVisitor
    {
        private RangeDigest _digest;

        public RangeDigest Digest => _digest;

        public void Visit(ReadOnlySpan<byte> image) => _digest.Add(SipHash.Hash(key, image));

        public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning) => _digest.Add(hash);
    }
}
