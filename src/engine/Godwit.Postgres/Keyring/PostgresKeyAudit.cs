using Godwit.Security.Keyring;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Postgres.Keyring;

/// <summary>Notes who used which key, in <c>godwit.key_unwraps</c> and <c>godwit.key_uses</c>, to which rows are only ever added; the database adds its role and its clock.</summary>
/// <param name="sessions">The database.</param>
/// <param name="host">What this host is called in it.</param>
public sealed class PostgresKeyAudit(KeyringSessions sessions, string host) : IKeyAudit
{
    public Task UnwrappedAsync(KeyUnwrapped unwrapped, CancellationToken cancellation) => UnwrappedAsync([unwrapped], cancellation);

    public Task UnwrappedAsync(IReadOnlyList<KeyUnwrapped> unwrapped, CancellationToken cancellation) => NoteAsync(
        """
        INSERT INTO godwit.key_unwraps (key, purpose, number, master_key, succeeded, host, at)
        SELECT u.key, u.purpose, u.number, u.master_key, u.succeeded, $7, u.at
        FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS u (key, purpose, number, master_key, succeeded, at, place) ORDER BY u.place
        """,
        unwrapped.Count,
        [
            new() { Value = unwrapped.Select(u => u.Id.ToString()).ToArray() }, new() { Value = unwrapped.Select(u => u.Purpose.Name).ToArray() }, new() { Value = unwrapped.Select(u => u.Version).ToArray() },
            new() { Value = unwrapped.Select(u => u.MasterKeyId).ToArray() }, new() { Value = unwrapped.Select(u => u.Succeeded).ToArray() }, Moments(unwrapped.Select(u => u.At)), new() { Value = host },
        ],
        cancellation);

    public Task UsedAsync(IReadOnlyList<KeyUse> uses, CancellationToken cancellation) => NoteAsync(
        """
        INSERT INTO godwit.key_uses (key, purpose, operation, count, since, until, host)
        SELECT u.key, u.purpose, u.operation, u.count, u.since, u.until, $7
        FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS u (key, purpose, operation, count, since, until, place) ORDER BY u.place
        """,
        uses.Count,
        [
            new() { Value = uses.Select(u => u.Id.ToString()).ToArray() }, new() { Value = uses.Select(u => u.Purpose.Name).ToArray() }, new() { Value = uses.Select(u => u.Operation.ToString()).ToArray() },
            new() { Value = uses.Select(u => u.Count).ToArray() }, Moments(uses.Select(u => u.Since)), Moments(uses.Select(u => u.Until)), new() { Value = host },
        ],
        cancellation);

    /// <summary>Every unwrapping that was noted, the first first.</summary>
    public async Task<IReadOnlyList<KeyUnwrapped>> UnwrappingsAsync(CancellationToken cancellation)
    {
        await using var connection = await sessions.FindAsync(cancellation);
        if (connection is null) return [];
        await using var command = new NpgsqlCommand("SELECT key, purpose, number, master_key, succeeded, at FROM godwit.key_unwraps ORDER BY id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<KeyUnwrapped>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(new KeyUnwrapped(
                StoredKeyId.Read(reader.GetString(0)), KeyPurpose.Of(reader.GetString(1)), reader.GetInt32(2), reader.GetString(3), reader.GetBoolean(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }
        return found;
    }

    /// <summary>How often each key was unwrapped, without reading every row of it into memory.</summary>
    public async Task<IReadOnlyDictionary<KeyId, KeyUnwrappings>> SummaryAsync(CancellationToken cancellation)
    {
        await using var connection = await sessions.FindAsync(cancellation);
        if (connection is null) return new Dictionary<KeyId, KeyUnwrappings>();
        await using var command = new NpgsqlCommand("SELECT key, count(*) FILTER (WHERE succeeded), count(*) FILTER (WHERE NOT succeeded), max(noted_at) FROM godwit.key_unwraps GROUP BY key", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<KeyId, KeyUnwrappings>();
        while (await reader.ReadAsync(cancellation)) found[StoredKeyId.Read(reader.GetString(0))] = new(reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<DateTimeOffset>(3));
        return found;
    }

    /// <summary>Every use that was noted, the first first.</summary>
    public async Task<IReadOnlyList<KeyUse>> UsesAsync(CancellationToken cancellation)
    {
        await using var connection = await sessions.FindAsync(cancellation);
        if (connection is null) return [];
        await using var command = new NpgsqlCommand("SELECT key, purpose, operation, count, since, until FROM godwit.key_uses ORDER BY id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<KeyUse>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(new KeyUse(
                StoredKeyId.Read(reader.GetString(0)), KeyPurpose.Of(reader.GetString(1)), Enum.Parse<KeyOperation>(reader.GetString(2)), reader.GetInt64(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }
        return found;
    }

    private async Task NoteAsync(string sql, int rows, NpgsqlParameter[] parameters, CancellationToken cancellation)
    {
        if (rows == 0) return;
        await using var connection = await sessions.OpenAsync(cancellation);
        await using var transaction = await KeyringSessions.BeginAsync(connection, cancellation);
        await using var note = new NpgsqlCommand(sql, connection, transaction);
        note.Parameters.AddRange(parameters);
        await note.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static NpgsqlParameter Moments(IEnumerable<DateTimeOffset> at) => new() { Value = at.Select(a => a.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz };
}

/// <param name="Succeeded">How often a host got the key.</param>
/// <param name="Failed">How often the master key did not open what was stored.</param>
/// <param name="Last">The last of either, by the database's clock.</param>
public sealed record KeyUnwrappings(long Succeeded, long Failed, DateTimeOffset Last);
