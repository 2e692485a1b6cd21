using Godwit.Engine.Invariants;
using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Postgres.Copying;
using Npgsql;

namespace Godwit.Postgres.Reading;

/// <summary>Reads tables of the target back. Parts are ranges of blocks, which every table has whatever its key (TID range scans, PostgreSQL 14 on).</summary>
public static class TargetScan
{
    /// <summary>Blocks below which a part is not worth a query of its own: 8 MB.</summary>
    private const long FewestBlocks = 1024;

    public static async Task<IReadOnlyList<BlockRange>> SplitAsync(
        NpgsqlConnection connection, string schema, TablePlan table, int parts, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT pg_relation_size($1::regclass) / current_setting('block_size')::bigint", connection)
        { Parameters = { new() { Value = TargetName.Qualify(schema, table.TargetName) } } };
        var blocks = (long)(await command.ExecuteScalarAsync(cancellation))!;
        var count = (int)Math.Clamp(blocks / FewestBlocks, 1, parts);
        // The last part is open: rows may stand in blocks added since.
        return [.. Enumerable.Range(0, count).Select(i => new BlockRange(blocks * i / count, i == count - 1 ? null : blocks * (i + 1) / count))];
    }

    public static Task ReadAsync(
        NpgsqlConnection connection, string schema, TablePlan table, BlockRange part, UInt128 key, bool whole, ITupleVisitor visitor, CancellationToken cancellation)
    {
        var columns = table.Columns.Count == 0 ? "NULL::text" : string.Join(", ", table.Columns.Select(c => TargetName.Quote(c.TargetName) + (c.ComparedAsText ? "::text" : "")));
        var conditions = new List<string>();
        if (part.From > 0) conditions.Add($"ctid >= '({part.From},0)'");
        if (part.To is { } to) conditions.Add($"ctid < '({to},0)'");
        var where = conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", conditions);
        // ONLY: an inheriting table's rows are not this table's.
        return ReadAsync(connection, $"SELECT {columns} FROM ONLY {TargetName.Qualify(schema, table.TargetName)}{where}", key, whole, visitor, cancellation);
    }

    public static async Task ReadAsync(NpgsqlConnection connection, string query, UInt128 key, bool whole, ITupleVisitor visitor, CancellationToken cancellation)
    {
        var stream = await connection.BeginRawBinaryCopyAsync($"COPY ({query}) TO STDOUT (FORMAT binary)", cancellation);
        try
        {
            new TupleReader(stream, key, whole).ReadAll(visitor, cancellation);
            var rest = new byte[1];
            Invariant.Holds(stream.Read(rest) == 0, "bytes follow the trailer of a COPY stream");
        }
        catch
        {
            await CopyEnd.CancelAsync(stream);
            throw;
        }
        await stream.DisposeAsync();
    }
}
