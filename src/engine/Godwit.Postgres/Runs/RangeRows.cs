using System.Buffers.Binary;
using Godwit.Engine.Moves;
using Godwit.Model.Digests;
using Godwit.Model.Moves;
using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>The rows of godwit.ranges: which parts of a table are in the target for good.</summary>
internal static class RangeRows
{
    public static async Task CreateAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, MovePlan plan, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO godwit.ranges (run, table_name, ordinal) SELECT $1, t.name, n FROM unnest($2::text[], $3::int[]) t (name, ranges), generate_series(0, t.ranges - 1) n",
            connection, transaction)
        {
            Parameters =
            {
                new() { Value = run }, new() { Value = plan.Tables.Select(t => t.TargetName).ToArray() }, new() { Value = plan.Tables.Select(t => t.Ranges.Count).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<ILookup<string, CopiedRange>> ReadAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT ordinal, done, rows, hash_sum, hash_xor, quarantined, keys, table_name FROM godwit.ranges WHERE run = $1 ORDER BY table_name, ordinal", connection)
        { Parameters = { new() { Value = run } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ranges = new List<(string Table, CopiedRange Range)>();
        while (await reader.ReadAsync(cancellation)) ranges.Add((reader.GetString(7), Read(reader)));
        return ranges.ToLookup(r => r.Table, r => r.Range, StringComparer.Ordinal);
    }

    public static async Task<CopiedRange> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, string table, int ordinal, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT ordinal, done, rows, hash_sum, hash_xor, quarantined, keys FROM godwit.ranges
            WHERE run = $1 AND table_name = $2 AND ordinal = $3 FOR UPDATE
            """, connection, transaction)
        { Parameters = { new() { Value = run }, new() { Value = table }, new() { Value = ordinal } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) throw new LeaseLostException($"range {ordinal} of table {table} is no longer part of the run: it was aborted");
        return Read(reader);
    }

    public static async Task FinishAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, string table, CopiedRange range, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE godwit.ranges SET done = true, rows = $4, hash_sum = $5, hash_xor = $6, quarantined = $7, keys = $8, finished_at = clock_timestamp()
            WHERE run = $1 AND table_name = $2 AND ordinal = $3
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = run },
                new() { Value = table },
                new() { Value = range.Ordinal },
                new() { Value = range.Digest.Count },
                new() { Value = ToBytes(range.Digest.Sum) },
                new() { Value = ToBytes(range.Digest.Xor) },
                new() { Value = range.Quarantined },
                new() { Value = (object?)range.Keys ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static byte[] ToBytes(UInt128 value)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return bytes;
    }

    private static CopiedRange Read(NpgsqlDataReader reader)
    {
        var digest = new RangeDigest { Count = reader.GetInt64(2) };
        if (!reader.IsDBNull(3)) digest.Sum = BinaryPrimitives.ReadUInt128BigEndian(reader.GetFieldValue<byte[]>(3));
        if (!reader.IsDBNull(4)) digest.Xor = BinaryPrimitives.ReadUInt128BigEndian(reader.GetFieldValue<byte[]>(4));
        return new CopiedRange(reader.GetInt32(0), reader.GetBoolean(1), digest, reader.GetInt64(5)) { Keys = reader.IsDBNull(6) ? null : reader.GetString(6) };
    }
}
