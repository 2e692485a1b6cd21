using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>A run as its row has it.</summary>
/// <param name="Description">What it moves.</param>
/// <param name="State">Whether it is over.</param>
/// <param name="Phase">Where it is, or was.</param>
/// <param name="StartedAt">By the database's clock.</param>
/// <param name="Catalog">The target's catalog when the run ended.</param>
/// <param name="Certificate">The signed certificate's text, once there is one.</param>
public sealed record StoredRun(
    RunDescription Description, RunState State, string Phase, DateTimeOffset StartedAt, IReadOnlyList<string>? Catalog, string? Certificate);

/// <summary>The rows of godwit.runs.</summary>
public static class RunRows
{
    internal static async Task CreateAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, RunDescription run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO godwit.runs (id, kind, target_schema, state, phase, plan, hash_key, origin, tool_version)
            VALUES ($1, 'move', $2, 'Running', 'prepare', $3, $4, $5, $6)
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = run.Id },
                new() { Value = run.Plan.Schema },
                new() { Value = PlanJson.Write(run.Plan) },
                new() { Value = RangeRows.ToBytes(run.HashKey) },
                new() { Value = run.Origin },
                new() { Value = run.ToolVersion },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The run with this id, or, without one, the newest of a schema.</summary>
    public static async Task<StoredRun?> FindAsync(NpgsqlConnection connection, Guid? id, string? schema, CancellationToken cancellation)
    {
        if (!await RunSchema.ExistsAsync(connection, cancellation)) return null;
        await using var command = new NpgsqlCommand(
            """
            SELECT id, state, phase, plan, hash_key, origin, tool_version, started_at, catalog, certificate FROM godwit.runs
            WHERE kind = 'move' AND ($1::uuid IS NULL OR id = $1) AND ($2::text IS NULL OR target_schema = $2) ORDER BY started_at DESC LIMIT 1
            """, connection)
        { Parameters = { new() { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid }, new() { Value = (object?)schema ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return null;
        var description = new RunDescription
        {
            Id = reader.GetGuid(0),
            Plan = PlanJson.Read(reader.GetString(3)),
            HashKey = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(reader.GetFieldValue<byte[]>(4)),
            Origin = reader.GetString(5),
            ToolVersion = reader.GetString(6),
        };
        var state = Enum.Parse<RunState>(reader.GetString(1));
        return new StoredRun(description, state, reader.GetString(2), new DateTimeOffset(reader.GetDateTime(7), TimeSpan.Zero),
            reader.IsDBNull(8) ? null : reader.GetFieldValue<string[]>(8), reader.IsDBNull(9) ? null : reader.GetString(9));
    }

    /// <summary>The state of a run, which stays so until the transaction ends.</summary>
    internal static async Task<RunState> LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT state FROM godwit.runs WHERE id = $1 FOR NO KEY UPDATE", connection, transaction) { Parameters = { new() { Value = run } } };
        return Enum.Parse<RunState>((string?)await command.ExecuteScalarAsync(cancellation) ?? nameof(RunState.Aborted));
    }

    internal static async Task UpdateAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, RunState state, string phase, RunEnd? end, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE godwit.runs SET state = $2, phase = $3, certificate = coalesce($4, certificate), catalog = coalesce($5, catalog),
                finished_at = CASE WHEN $2 = 'Running' THEN NULL ELSE clock_timestamp() END
            WHERE id = $1
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = run },
                new() { Value = state.ToString() },
                new() { Value = phase },
                new() { Value = (object?)end?.Certificate ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = (object?)end?.Catalog?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
