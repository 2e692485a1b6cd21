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
    RunDescription Description, RunState State, string Phase, DateTimeOffset StartedAt, IReadOnlyList<string>? Catalog, string? Certificate)
{
    /// <summary>The runbook's run that it is part of; null for a move of its own, and once that run was given up as it is.</summary>
    public RunParent? Parent { get; init; }
}

/// <param name="Run">The runbook's run.</param>
/// <param name="Runbook">The runbook's name.</param>
/// <param name="Step">The step that moves.</param>
public sealed record RunParent(Guid Run, string Runbook, string Step);

/// <summary>The rows of godwit.runs.</summary>
public static class RunRows
{
    internal static async Task CreateAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, RunDescription run, (Guid Run, string Step)? parent, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO godwit.runs (id, kind, target_schema, state, phase, plan, hash_key, origin, tool_version, parent, parent_step)
            VALUES ($1, 'move', $2, 'Running', 'prepare', $3, $4, $5, $6, $7, $8)
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
                new() { Value = (object?)parent?.Run ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid },
                new() { Value = (object?)parent?.Step ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The run with this id, or, without one, the newest of a schema.</summary>
    public static async Task<StoredRun?> FindAsync(NpgsqlConnection connection, Guid? id, string? schema, CancellationToken cancellation)
    {
        if (!await RunSchema.ExistsAsync(connection, cancellation)) return null;
        // Tables of an earlier version have no moves that are part of anything.
        var (parent, join) = await RunSchema.HasParentsAsync(connection, cancellation)
            ? ("p.id, p.target_schema, r.parent_step", "LEFT JOIN godwit.runs p ON p.id = r.parent AND p.state <> 'Aborted'")
            : ("NULL::uuid, NULL::text, NULL::text", "");
        await using var command = new NpgsqlCommand(
            $"""
            SELECT r.id, r.state, r.phase, r.plan, r.hash_key, r.origin, r.tool_version, r.started_at, r.catalog, r.certificate, {parent} FROM godwit.runs r {join}
            WHERE r.kind = 'move' AND ($1::uuid IS NULL OR r.id = $1) AND ($2::text IS NULL OR r.target_schema = $2) ORDER BY r.started_at DESC LIMIT 1
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
            reader.IsDBNull(8) ? null : reader.GetFieldValue<string[]>(8), reader.IsDBNull(9) ? null : reader.GetString(9))
        { Parent = reader.IsDBNull(10) ? null : new RunParent(reader.GetGuid(10), reader.GetString(11), reader.GetString(12)) };
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
