using System.Text.Json.Nodes;
using Godwit.Engine.Moves;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Postgres.Live;

/// <summary>What a source itself holds of a live move: it commits with the rows it speaks of.</summary>
/// <param name="Epoch">Of the runner whose writes count; null where nobody's does.</param>
/// <param name="Recorded">Whether everything is recorded.</param>
/// <param name="Shape">The tables as they were when the recording began.</param>
internal sealed record SourceRow(Guid? Epoch, bool Recorded, IReadOnlyDictionary<string, string> Shape)
{
    private const string Make = """
        CREATE SCHEMA IF NOT EXISTS godwit;
        CREATE TABLE IF NOT EXISTS godwit.live_sources (
            move uuid PRIMARY KEY,
            -- Of the runner whose writes count here.
            epoch uuid,
            recorded boolean NOT NULL DEFAULT false,
            -- The tables as they were then.
            shape jsonb NOT NULL DEFAULT '{}',
            -- Up to where the other side's changes are applied here.
            applied text,
            -- How often changes were read: it tells a source that was set back.
            readings bigint NOT NULL DEFAULT 0,
            -- Whether the schema is this move's own, to be removed with it.
            made_schema boolean NOT NULL
        );
        """;

    /// <summary>Null where the move has left nothing, or nothing yet.</summary>
    public static async Task<SourceRow?> FindAsync(NpgsqlConnection connection, Guid move, CancellationToken cancellation)
    {
        await using (var there = new NpgsqlCommand("SELECT to_regclass('godwit.live_sources') IS NOT NULL", connection))
        {
            if (await there.ExecuteScalarAsync(cancellation) is not true) return null;
        }
        await using var command = new NpgsqlCommand("SELECT epoch, recorded, shape::text FROM godwit.live_sources WHERE move = $1", connection) { Parameters = { new() { Value = move } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return null;
        return new SourceRow(reader.IsDBNull(0) ? null : reader.GetGuid(0), reader.GetBoolean(1), JsonNode.Parse(reader.GetString(2))!.AsObject().ToDictionary(t => t.Key, t => t.Value!.GetValue<string>(), StringComparer.Ordinal));
    }

    public static async Task MakeAsync(NpgsqlConnection connection, Guid move, Guid? epoch, CancellationToken cancellation)
    {
        await using var look = new NpgsqlCommand("SELECT to_regnamespace('godwit') IS NULL", connection);
        var makes = await look.ExecuteScalarAsync(cancellation) is true;
        await using var make = new NpgsqlCommand(Make, connection);
        await make.ExecuteNonQueryAsync(cancellation);
        await using var insert = new NpgsqlCommand("INSERT INTO godwit.live_sources (move, epoch, made_schema) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", connection)
        { Parameters = { new() { Value = move }, Epochs(epoch), new() { Value = makes } } };
        await insert.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Locks the row for a transaction that writes: a successor waits for its end, or is met by it.</summary>
    /// <exception cref="LeaseLostException">It is another runner's.</exception>
    public static async Task HoldAsync(NpgsqlConnection connection, Guid move, Guid? epoch, CancellationToken cancellation)
    {
        await using var hold = new NpgsqlCommand("SELECT true FROM godwit.live_sources WHERE move = $1 AND epoch IS NOT DISTINCT FROM $2 FOR KEY SHARE", connection) { Parameters = { new() { Value = move }, Epochs(epoch) } };
        if (await hold.ExecuteScalarAsync(cancellation) is null) throw new LeaseLostException();
    }

    /// <summary>Makes it this runner's, if it is still the former one's. Waits for whatever that one has under way.</summary>
    public static async Task TakeAsync(NpgsqlConnection connection, Guid move, Guid? before, Guid epoch, CancellationToken cancellation)
    {
        await using var look = new NpgsqlCommand("SELECT epoch FROM godwit.live_sources WHERE move = $1 FOR UPDATE", connection) { Parameters = { new() { Value = move } } };
        var now = await look.ExecuteScalarAsync(cancellation) as Guid?;
        // Another session of this very runner may have been as quick.
        if (now == epoch) return;
        if (now != before) throw new LeaseLostException();
        await using var take = new NpgsqlCommand("UPDATE godwit.live_sources SET epoch = $2 WHERE move = $1", connection) { Parameters = { new() { Value = move }, new() { Value = epoch } } };
        await take.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task NoteRecordedAsync(NpgsqlConnection connection, Guid move, IReadOnlyDictionary<string, string> shape, CancellationToken cancellation)
    {
        await using var note = new NpgsqlCommand("UPDATE godwit.live_sources SET recorded = true, shape = $2 WHERE move = $1", connection)
        { Parameters = { new() { Value = move }, new() { Value = new JsonObject(shape.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value))).ToJsonString(), NpgsqlDbType = NpgsqlDbType.Jsonb } } };
        await note.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task NoteEndingAsync(NpgsqlConnection connection, Guid move, CancellationToken cancellation)
    {
        await using var note = new NpgsqlCommand("UPDATE godwit.live_sources SET recorded = false WHERE move = $1", connection) { Parameters = { new() { Value = move } } };
        await note.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Counts a reading. Once it has committed, so is durable whatever was read.</summary>
    public static async Task<long> CountReadingAsync(NpgsqlConnection connection, Guid move, CancellationToken cancellation)
    {
        await using var count = new NpgsqlCommand("WITH durable AS (SELECT set_config('synchronous_commit', 'on', true)) UPDATE godwit.live_sources SET readings = readings + 1 FROM durable WHERE move = $1 RETURNING readings", connection)
        { Parameters = { new() { Value = move } } };
        return (long)(await count.ExecuteScalarAsync(cancellation))!;
    }

    /// <param name="locking">Whether nobody else applies anything until the transaction ends. Of two that hold the row already (FOR KEY SHARE), one waits; with FOR UPDATE each would wait for the other.</param>
    public static async Task<string?> AppliedAsync(NpgsqlConnection connection, Guid move, bool locking, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT applied FROM godwit.live_sources WHERE move = $1{(locking ? " FOR NO KEY UPDATE" : "")}", connection) { Parameters = { new() { Value = move } } };
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    public static async Task NoteAppliedAsync(NpgsqlConnection connection, Guid move, string position, CancellationToken cancellation)
    {
        await using var note = new NpgsqlCommand("UPDATE godwit.live_sources SET applied = $2 WHERE move = $1", connection) { Parameters = { new() { Value = move }, new() { Value = position } } };
        await note.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Removes the row, and what is nobody's any more: the table after its last row, the schema if a move has made it and nothing else stands in it.</summary>
    public static async Task RemoveAsync(NpgsqlConnection connection, Guid move, CancellationToken cancellation)
    {
        await using var lockTable = new NpgsqlCommand("LOCK TABLE godwit.live_sources IN ACCESS EXCLUSIVE MODE", connection);
        await lockTable.ExecuteNonQueryAsync(cancellation);
        await using var remove = new NpgsqlCommand("DELETE FROM godwit.live_sources WHERE move = $1 RETURNING made_schema", connection) { Parameters = { new() { Value = move } } };
        var made = await remove.ExecuteScalarAsync(cancellation) is true;
        await using var hand = new NpgsqlCommand("UPDATE godwit.live_sources SET made_schema = made_schema OR $1", connection) { Parameters = { new() { Value = made } } };
        if (await hand.ExecuteNonQueryAsync(cancellation) > 0) return;
        await using var drop = new NpgsqlCommand(
            "DROP TABLE godwit.live_sources" + (made ? "; DO $$ BEGIN DROP SCHEMA godwit; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END $$" : ""), connection);
        await drop.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlParameter Epochs(Guid? epoch) => new() { Value = epoch is { } known ? known : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };
}
