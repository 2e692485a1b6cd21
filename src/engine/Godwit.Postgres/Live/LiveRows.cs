using Godwit.Engine.Live;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Postgres.Live;

/// <summary>Rows of live moves in a database that takes part in one.</summary>
internal static class LiveRows
{
    public const string Statements = """
        CREATE SCHEMA IF NOT EXISTS godwit;
        CREATE TABLE IF NOT EXISTS godwit.live_moves (
            move uuid PRIMARY KEY,
            -- Who is written to; attempts to change that are numbered.
            side text NOT NULL DEFAULT 'Old' CHECK (side IN ('Old', 'New')),
            attempt bigint NOT NULL DEFAULT 0,
            towards text CHECK (towards IN ('Old', 'New')),
            -- Up to where the other side's changes are applied here.
            applied text,
            fenced boolean NOT NULL DEFAULT false,
            recorded boolean NOT NULL DEFAULT false,
            -- Of the last batch, and up to when everything was carried.
            carried bigint,
            followed_at timestamptz,
            -- Once nothing is kept up any more; the row goes on saying which side is written to.
            ended_at timestamptz
        );
        -- Rows that cannot be held as they are: listed until they are mended where they come from.
        CREATE TABLE IF NOT EXISTS godwit.live_unfit (
            move uuid NOT NULL REFERENCES godwit.live_moves ON DELETE CASCADE,
            table_name text NOT NULL,
            key text NOT NULL,
            column_name text NOT NULL,
            PRIMARY KEY (move, table_name, key)
        );
        """;

    /// <summary>What a later version added.</summary>
    public const string Readings = """
        ALTER TABLE godwit.live_moves
            -- How often changes of this side were read: it tells one that was set back.
            ADD COLUMN IF NOT EXISTS readings bigint NOT NULL DEFAULT 0,
            -- What holds the old side's horizon, as its follower saw it last.
            ADD COLUMN IF NOT EXISTS held_by text;
        """;

    /// <summary>Whether the sides' tables have exchanged names: only where both are in this database.</summary>
    public const string Exchanged = "ALTER TABLE godwit.live_moves ADD COLUMN IF NOT EXISTS exchanged boolean NOT NULL DEFAULT false;";

    public static async Task MakeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid move, CancellationToken cancellation)
    {
        await using var make = new NpgsqlCommand("INSERT INTO godwit.live_moves (move) VALUES ($1) ON CONFLICT DO NOTHING", connection, transaction) { Parameters = { new() { Value = move } } };
        await make.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task EndAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid move, CancellationToken cancellation)
    {
        await using var end = new NpgsqlCommand("UPDATE godwit.live_moves SET ended_at = clock_timestamp(), applied = NULL WHERE move = $1 AND ended_at IS NULL", connection, transaction) { Parameters = { new() { Value = move } } };
        await end.ExecuteNonQueryAsync(cancellation);
        await using var unfit = new NpgsqlCommand("DELETE FROM godwit.live_unfit WHERE move = $1", connection, transaction) { Parameters = { new() { Value = move } } };
        await unfit.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task RemoveAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid move, CancellationToken cancellation)
    {
        await using var remove = new NpgsqlCommand("DELETE FROM godwit.live_moves WHERE move = $1", connection, transaction) { Parameters = { new() { Value = move } } };
        await remove.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<string?> AppliedAsync(NpgsqlConnection connection, Guid move, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT applied FROM godwit.live_moves WHERE move = $1", connection) { Parameters = { new() { Value = move } } };
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    /// <summary>Up to where the other side is applied; nobody else applies anything until the transaction ends.</summary>
    public static async Task<string?> LockAppliedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid move, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT applied FROM godwit.live_moves WHERE move = $1 FOR UPDATE", connection, transaction) { Parameters = { new() { Value = move } } };
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    public static async Task NoteFollowedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid move, long keys, TimeSpan ago, CancellationToken cancellation)
    {
        await using var note = new NpgsqlCommand("UPDATE godwit.live_moves SET carried = $2, followed_at = clock_timestamp() - $3 WHERE move = $1", connection, transaction) { Parameters = { new() { Value = move }, new() { Value = keys }, new() { Value = ago } } };
        await note.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task NoteHeldAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid move, string? by, CancellationToken cancellation)
    {
        await using var note = new NpgsqlCommand("UPDATE godwit.live_moves SET held_by = $2 WHERE move = $1 AND held_by IS DISTINCT FROM $2", connection, transaction)
        { Parameters = { new() { Value = move }, new() { Value = (object?)by ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text } } };
        await note.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>How often this side's changes were read.</summary>
    public static async Task<long> ReadingsAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid move, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT readings FROM godwit.live_moves WHERE move = $1", connection, transaction) { Parameters = { new() { Value = move } } };
        return await command.ExecuteScalarAsync(cancellation) as long? ?? 0;
    }

    /// <summary>Counts a reading. Once it has committed, so is durable whatever was read.</summary>
    public static async Task<long> CountReadingAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid move, CancellationToken cancellation)
    {
        await using var count = new NpgsqlCommand("WITH durable AS (SELECT set_config('synchronous_commit', 'on', true)) UPDATE godwit.live_moves SET readings = readings + 1 FROM durable WHERE move = $1 RETURNING readings", connection, transaction)
        { Parameters = { new() { Value = move } } };
        return (long)(await count.ExecuteScalarAsync(cancellation))!;
    }

    public static async Task NoteAppliedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid move, string position, CancellationToken cancellation)
    {
        await using var note = new NpgsqlCommand("UPDATE godwit.live_moves SET applied = $2 WHERE move = $1", connection, transaction) { Parameters = { new() { Value = move }, new() { Value = position } } };
        if (await note.ExecuteNonQueryAsync(cancellation) != 1) throw new InvalidOperationException($"there is no live move {move}");
    }

    /// <summary>Takes keys that were looked at again off the list, and puts those on it that still, or now, do not fit.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="move">The move.</param>
    /// <param name="table">Whose rows.</param>
    /// <param name="seen">The keys; null where the table was looked at as a whole.</param>
    /// <param name="unfit">What does not fit. Rows of a table without a key have no names: they are one entry.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task NoteUnfitAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid move, string table, IEnumerable<string>? seen, IReadOnlyCollection<UnfitRow> unfit, CancellationToken cancellation)
    {
        await using var any = new NpgsqlCommand("SELECT EXISTS (SELECT FROM godwit.live_unfit WHERE move = $1 AND table_name = $2)", connection, transaction) { Parameters = { new() { Value = move }, new() { Value = table } } };
        if (await any.ExecuteScalarAsync(cancellation) is true)
        {
            await using var clear = new NpgsqlCommand("DELETE FROM godwit.live_unfit WHERE move = $1 AND table_name = $2 AND ($3::text[] IS NULL OR key = ANY ($3))", connection, transaction)
            { Parameters = { new() { Value = move }, new() { Value = table }, new() { Value = (object?)seen?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text } } };
            await clear.ExecuteNonQueryAsync(cancellation);
        }
        var rows = unfit.DistinctBy(u => u.Key, StringComparer.Ordinal).ToList();
        if (rows.Count == 0) return;
        await using var note = new NpgsqlCommand(
            "INSERT INTO godwit.live_unfit SELECT $1, $2, k, c FROM unnest($3, $4) AS u(k, c) ON CONFLICT (move, table_name, key) DO UPDATE SET column_name = excluded.column_name", connection, transaction)
        { Parameters = { new() { Value = move }, new() { Value = table }, new() { Value = rows.Select(u => u.Key).ToArray() }, new() { Value = rows.Select(u => u.Column).ToArray() } } };
        await note.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<IReadOnlyList<(string Table, UnfitRow Row)>> UnfitAsync(NpgsqlConnection connection, Guid move, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT table_name, key, column_name FROM godwit.live_unfit WHERE move = $1 ORDER BY 1, 2 LIMIT $2", connection) { Parameters = { new() { Value = move }, new() { Value = limit } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<(string, UnfitRow)>();
        while (await reader.ReadAsync(cancellation)) rows.Add((reader.GetString(0), new UnfitRow(reader.GetString(1), reader.GetString(2))));
        return rows;
    }
}
