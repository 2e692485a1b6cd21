using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Godwit.Security.Keyring;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Postgres.Keyring;

/// <summary>The keyring as rows of <c>godwit.keyring</c> and <c>godwit.keys</c>, its changes in <c>godwit.key_changes</c>.</summary>
public sealed class PostgresKeyStore(KeyringSessions sessions) : IKeyStore
{
    /// <exception cref="KeyringException">The rows are older than the changes that were noted, or no keyring: they were changed by hand, or only some tables were restored.</exception>
    public async Task<KeyringSnapshot> LoadAsync(CancellationToken cancellation)
    {
        await using var connection = await sessions.FindAsync(cancellation);
        if (connection is null) return KeyringSnapshot.Empty;
        // One statement sees one moment.
        await using var command = new NpgsqlCommand(
            """
            SELECT coalesce(r.version, 0), r.seal_master_key, r.seal, coalesce((SELECT max(keyring_version) FROM godwit.key_changes), 0), coalesce(r.lineage, '{}'),
                k.id, k.purpose, k.number, k.state, k.created_at, k.activated_at, k.replaced_at, k.retired_at, k.since_version, k.state_version, k.master_key, k.wrapped
            FROM (VALUES (1)) AS always LEFT JOIN godwit.keyring r ON true LEFT JOIN godwit.keys k ON true
            ORDER BY k.purpose COLLATE "C", k.number
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var keys = ImmutableArray.CreateBuilder<KeyRecord>();
        var (version, changed, seal, lineage) = (0L, 0L, (KeyringSeal?)null, ImmutableArray<Guid>.Empty);
        while (await reader.ReadAsync(cancellation))
        {
            (version, changed) = (reader.GetInt64(0), reader.GetInt64(3));
            if (!reader.IsDBNull(1) && !reader.IsDBNull(2)) seal = new KeyringSeal(reader.GetString(1), Bytes(reader, 2));
            lineage = ImmutableCollectionsMarshal.AsImmutableArray(reader.GetFieldValue<Guid[]>(4));
            if (!reader.IsDBNull(5)) keys.Add(Read(reader));
        }
        if (version < changed) throw new KeyringException($"the keyring is of version {version}, and changes up to version {changed} are noted: an older one was put in its place. Bring back the keyring from a backup, whole");
        if (version == 0 && keys.Count > 0) throw new KeyringException("there are keys in godwit.keys and no row in godwit.keyring: it was taken away. Bring back the keyring from a backup, whole");
        return new KeyringSnapshot(version, keys.ToImmutable()) { Lineage = lineage, Seal = seal };
    }

    public async Task<bool> TrySaveAsync(KeyringSnapshot next, IReadOnlyList<KeyChange> changes, CancellationToken cancellation)
    {
        await using var connection = await sessions.OpenAsync(cancellation);
        await using var transaction = await KeyringSessions.BeginAsync(connection, cancellation);
        // Whoever comes second waits for the row here, and then finds another version in it.
        await using (var swap = new NpgsqlCommand(
            next.Version == 1
                ? "INSERT INTO godwit.keyring (version, seal_master_key, seal, lineage) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
                : "UPDATE godwit.keyring SET version = $1, seal_master_key = $2, seal = $3, lineage = $4 WHERE version = $1 - 1 AND lineage[cardinality(lineage)] = $5", connection, transaction)
        {
            Parameters = { new() { Value = next.Version }, Text(next.Seal?.MasterKeyId), new() { Value = (object?)next.Seal?.Value.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea }, new() { Value = next.Lineage.ToArray() } },
        })
        {
            if (next.Version > 1) swap.Parameters.Add(new() { Value = next.Former });
            if (await swap.ExecuteNonQueryAsync(cancellation) == 0) return false;
        }
        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("DELETE FROM godwit.keys WHERE id <> ALL ($1)") { Parameters = { new() { Value = next.Keys.Select(k => k.Id.ToString()).ToArray() } } });
            // The active ones last: the former one of a purpose is no longer active by then.
            foreach (var key in next.Keys.OrderBy(k => k.State == KeyState.Active)) batch.BatchCommands.Add(Put(key));
            foreach (var change in changes) batch.BatchCommands.Add(Note(next.Version, change));
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>What was changed, in the order of noting.</summary>
    public async Task<IReadOnlyList<KeyChange>> ChangesAsync(CancellationToken cancellation)
    {
        await using var connection = await sessions.FindAsync(cancellation);
        if (connection is null) return [];
        await using var command = new NpgsqlCommand("SELECT key, purpose, number, former_state, state, master_key, at FROM godwit.key_changes ORDER BY id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var changes = new List<KeyChange>();
        while (await reader.ReadAsync(cancellation))
        {
            changes.Add(new KeyChange(
                StoredKeyId.Read(reader.GetString(0)), KeyPurpose.Of(reader.GetString(1)), reader.GetInt32(2), reader.IsDBNull(3) ? null : Enum.Parse<KeyState>(reader.GetString(3)),
                Enum.Parse<KeyState>(reader.GetString(4)), reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6)));
        }
        return changes;
    }

    private static KeyRecord Read(NpgsqlDataReader reader)
    {
        try
        {
            return new KeyRecord
            {
                Id = StoredKeyId.Read(reader.GetString(5)), Purpose = KeyPurpose.Of(reader.GetString(6)), Version = reader.GetInt32(7), State = Enum.Parse<KeyState>(reader.GetString(8)),
                CreatedAt = reader.GetFieldValue<DateTimeOffset>(9), ActivatedAt = Moment(reader, 10), ReplacedAt = Moment(reader, 11), RetiredAt = Moment(reader, 12),
                SinceVersion = reader.GetInt64(13), StateVersion = reader.GetInt64(14), MasterKeyId = reader.GetString(15), Wrapped = Bytes(reader, 16),
            };
        }
        catch (ArgumentException e)
        {
            throw new KeyringException($"a row of godwit.keys is no key ({e.Message}): it was changed by hand. Bring back the keyring from a backup", mayRetry: false, e);
        }
    }

    private static NpgsqlBatchCommand Put(KeyRecord key) => new(
        """
        INSERT INTO godwit.keys AS k (id, purpose, number, state, created_at, activated_at, replaced_at, retired_at, since_version, state_version, master_key, wrapped)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, activated_at = excluded.activated_at, replaced_at = excluded.replaced_at, retired_at = excluded.retired_at,
            state_version = excluded.state_version, master_key = excluded.master_key, wrapped = excluded.wrapped
        WHERE (k.state, k.master_key, k.wrapped) IS DISTINCT FROM (excluded.state, excluded.master_key, excluded.wrapped)
        """)
    {
        Parameters =
        {
            new() { Value = key.Id.ToString() }, new() { Value = key.Purpose.Name }, new() { Value = key.Version }, new() { Value = key.State.ToString() },
            Moment(key.CreatedAt), Moment(key.ActivatedAt), Moment(key.ReplacedAt), Moment(key.RetiredAt), new() { Value = key.SinceVersion }, new() { Value = key.StateVersion }, new() { Value = key.MasterKeyId },
            new() { Value = key.Wrapped.ToArray() },
        },
    };

    private static NpgsqlBatchCommand Note(long version, KeyChange change) => new(
        "INSERT INTO godwit.key_changes (keyring_version, key, purpose, number, former_state, state, master_key, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    {
        Parameters =
        {
            new() { Value = version }, new() { Value = change.Id.ToString() }, new() { Value = change.Purpose.Name }, new() { Value = change.Version }, Text(change.From?.ToString()),
            new() { Value = change.To.ToString() }, new() { Value = change.MasterKeyId }, Moment(change.At),
        },
    };

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Moment(DateTimeOffset? at) => new() { Value = (object?)at?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static DateTimeOffset? Moment(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetFieldValue<DateTimeOffset>(at);

    private static ImmutableArray<byte> Bytes(NpgsqlDataReader reader, int at) => ImmutableCollectionsMarshal.AsImmutableArray(reader.GetFieldValue<byte[]>(at));
}
