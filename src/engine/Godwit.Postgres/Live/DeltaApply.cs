using System.Globalization;
using System.Security.Cryptography;
using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Digests;
using Godwit.Model.Names;
using Godwit.Postgres.Copying;
using Godwit.Postgres.Reading;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>
/// Applies a delta in one transaction: every changed row goes, then every one that is still there comes. What the rows were in between nobody sees, and where two
/// rows have swapped a unique value no statement meets both.
/// </summary>
/// <remarks>
/// A row that goes and comes again must not take its children along (ON DELETE CASCADE), nor may triggers run again for what was written at the other side
/// already: under <c>session_replication_role = replica</c> neither happens. A role that may not set it needs tables without foreign keys: those of a target that
/// nobody uses yet get theirs at the cut-over.
/// </remarks>
/// <param name="nameOf">A table's name here, qualified.</param>
/// <param name="note">Told of a table's keys that were looked at again, and of rows of it that do not fit.</param>
internal sealed class DeltaApply(
    NpgsqlConnection connection, NpgsqlTransaction transaction, Func<LiveTable, string> nameOf, Func<LiveTable, IEnumerable<string>?, IReadOnlyCollection<UnfitRow>, Task> note)
{
    private const string AsReplica = "DO $$ BEGIN PERFORM set_config('session_replication_role', 'replica', true); EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

    /// <summary>Rows from which a plan made without statistics is a gamble.</summary>
    private const long RowsToAnalyze = 10_000;

    private readonly UInt128 _key = SipHash.Key(RandomNumberGenerator.GetBytes(16));

    public async Task<DeltaRows> RunAsync(IChangeDelta delta, CancellationToken cancellation)
    {
        await ExecuteAsync(AsReplica, cancellation);
        var changed = delta.Keys.Select(k => (Table: k.Key, Keys: (long?)k.Value)).Concat(delta.Whole.Select(w => (Table: w, Keys: (long?)null))).OrderBy(t => t.Table.Plan.TargetName, StringComparer.Ordinal).ToList();
        if (await FindForeignKeyAsync(changed.Select(c => c.Table), cancellation) is { } key) throw new ForeignKeyInTheWayException(key);
        var (rows, unfit) = (0L, 0L);
        var staged = new List<(LiveTable Table, Staged Stage)>();
        foreach (var (table, keys) in changed)
        {
            var stage = new Staged(nameOf(table), table, staged.Count, whole: keys is null);
            staged.Add((table, stage));
            foreach (var statement in stage.Make) await ExecuteAsync(statement, cancellation);
            if (keys is not null) await CopyIn.RunAsync(connection, stage.CopyKeys, sink => delta.FillKeys(table, sink, cancellation), cancellation);
            var misfits = new List<UnfitRow>();
            var sent = await CopyIn.RunAsync(connection, stage.CopyRows, sink => delta.FillRows(table, sink, misfits.Add, cancellation), cancellation);
            (rows, unfit) = (rows + sent.Rows, unfit + sent.Unfit);
            await note(table, keys is null ? null : delta.KeyTexts(table), misfits);
            if (keys < RowsToAnalyze) continue;
            foreach (var statement in stage.Analyze) await ExecuteAsync(statement, cancellation);
        }
        foreach (var (_, stage) in staged) await ExecuteAsync(stage.Delete, cancellation);
        foreach (var (_, stage) in staged) await ExecuteAsync(stage.Insert, cancellation);
        foreach (var (table, stage) in staged) await CompareAsync(delta, table, stage, cancellation);
        return new DeltaRows(rows, unfit);
    }

    /// <summary>Both sides are read again: what was sent is not taken for what is there.</summary>
    private async Task CompareAsync(IChangeDelta delta, LiveTable table, Staged stage, CancellationToken cancellation)
    {
        var (source, target) = (new Digesting(_key), new Digesting(_key));
        delta.FillCompared(table, new TupleSplitter(source.Visit), cancellation);
        await TargetScan.ReadAsync(connection, stage.Read, _key, whole: true, target, cancellation);
        if (source.Digest != target.Digest) throw new AppliedOtherwiseException(table.Plan.TargetName);
    }

    private sealed class Digesting(UInt128 key) : ITupleVisitor
    {
        private RangeDigest _digest;

        public RangeDigest Digest => _digest;

        public void Visit(ReadOnlySpan<byte> image) => _digest.Add(SipHash.Hash(key, image));

        public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning) => _digest.Add(hash);
    }

    /// <summary>A foreign key that would act on what is applied; null where none is, or none acts.</summary>
    private async Task<string?> FindForeignKeyAsync(IEnumerable<LiveTable> tables, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT format('%I of %s', conname, conrelid::regclass) FROM pg_constraint
            WHERE contype = 'f' AND current_setting('session_replication_role') <> 'replica' AND (conrelid = ANY ($1::regclass[]) OR confrelid = ANY ($1::regclass[]))
            ORDER BY 1 LIMIT 1
            """,
            connection, transaction)
        { Parameters = { new() { Value = tables.Select(nameOf).ToArray() } } };
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>A table's changes in tables of the session's own, which end with the transaction.</summary>
    private sealed class Staged
    {
        public Staged(string target, LiveTable table, int number, bool whole)
        {
            var (keys, rows) = (Name("keys", number), Name("rows", number));
            var key = table.Key.Select(k => table.Plan.Columns[k]).ToList();
            var columns = string.Join(", ", table.Plan.Columns.Where(c => c.GeneratedSql is null).Select(c => TargetName.Quote(c.TargetName)));
            var keyColumns = string.Join(", ", key.Select(c => TargetName.Quote(c.TargetName)));
            // Of the target's own types, without its defaults and constraints.
            var makeRows = $"CREATE TEMPORARY TABLE {rows} ON COMMIT DROP AS SELECT {columns} FROM {target} WITH NO DATA";
            Make = whole ? [makeRows] : [$"CREATE TEMPORARY TABLE {keys} ON COMMIT DROP AS SELECT {keyColumns} FROM {target} WITH NO DATA", makeRows];
            CopyKeys = $"COPY {keys} FROM STDIN (FORMAT binary)";
            CopyRows = $"COPY {rows} FROM STDIN (FORMAT binary)";
            Analyze = whole ? [] : [$"ANALYZE {keys}"];
            // NULL is equal to nothing, and no index finds it: only where the key can be NULL.
            var same = string.Join(" AND ", key.Select((c, part) => $"t.{TargetName.Quote(c.TargetName)} {(c.NotNull ? table.KeyOperators?[part] ?? "=" : "IS NOT DISTINCT FROM")} k.{TargetName.Quote(c.TargetName)}"));
            Delete = whole ? $"DELETE FROM {target}" : $"DELETE FROM {target} AS t USING {keys} AS k WHERE {same}";
            Insert = $"INSERT INTO {target} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {rows}";
            var read = $"SELECT {string.Join(", ", table.Plan.Columns.Where(c => c.GeneratedSql is null).Select(c => $"t.{TargetName.Quote(c.TargetName)}{(c.ComparedAsText ? "::text" : "")}"))} FROM {target} AS t";
            Read = whole ? read : $"{read} JOIN {keys} AS k ON {same}";
        }

        public IReadOnlyList<string> Make { get; }

        public string CopyKeys { get; }

        public string CopyRows { get; }

        public IReadOnlyList<string> Analyze { get; }

        public string Delete { get; }

        public string Insert { get; }

        /// <summary>The rows that it wrote.</summary>
        public string Read { get; }

        private static string Name(string what, int number) => string.Create(CultureInfo.InvariantCulture, $"pg_temp.godwit_{what}_{number}");
    }
}
