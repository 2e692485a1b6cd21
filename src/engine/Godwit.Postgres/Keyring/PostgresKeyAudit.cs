using Godwit.Security.Keyring;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Postgres.Keyring;

/// <summary>Notes who used which key, in <c>godwit.key_unwraps</c> and <c>godwit.key_uses</c>, to which rows are only ever added; the database adds its role and its clock.</summary>
/// <param name="sessions">The database.</param>
/// <param name="host">What this host is called in it.</param>
public sealed class PostgresKeyAudit(KeyringSessions sessions, string host) : IKeyAudit
{
    public async Task UnwrappedAsync(KeyUnwrapped unwrapped, CancellationToken cancellation)
    {
        await using var connection = await sessions.OpenAsync(cancellation);
        await using var transaction = await KeyringSessions.BeginAsync(connection, cancellation);
        await using var note = new NpgsqlCommand(
            "INSERT INTO godwit.key_unwraps (key, purpose, number, master_key, succeeded, host, at) VALUES ($1, $2, $3, $4, $5, $6, $7)", connection, transaction)
        {
            Parameters =
            {
                new() { Value = unwrapped.Id.ToString() }, new() { Value = unwrapped.Purpose.Name }, new() { Value = unwrapped.Version }, new() { Value = unwrapped.MasterKeyId },
                new() { Value = unwrapped.Succeeded }, new() { Value = host }, Moment(unwrapped.At),
            },
        };
        await note.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    public async Task UsedAsync(IReadOnlyList<KeyUse> uses, CancellationToken cancellation)
    {
        if (uses.Count == 0) return;
        await using var connection = await sessions.OpenAsync(cancellation);
        await using var transaction = await KeyringSessions.BeginAsync(connection, cancellation);
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var use in uses)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO godwit.key_uses (key, purpose, operation, count, since, until, host) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            {
                Parameters =
                {
                    new() { Value = use.Id.ToString() }, new() { Value = use.Purpose.Name }, new() { Value = use.Operation.ToString() }, new() { Value = use.Count },
                    Moment(use.Since), Moment(use.Until), new() { Value = host },
                },
            });
        }
        await batch.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

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

    private static NpgsqlParameter Moment(DateTimeOffset at) => new() { Value = at.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz };
}

/// <param name="Succeeded">How often a host got the key.</param>
/// <param name="Failed">How often the master key did not open what was stored.</param>
/// <param name="Last">The last of either, by the database's clock.</param>
public sealed record KeyUnwrappings(long Succeeded, long Failed, DateTimeOffset Last);
