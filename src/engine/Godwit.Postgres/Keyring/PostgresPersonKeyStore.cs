using System.Runtime.InteropServices;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Persons;
using Npgsql;

namespace Godwit.Postgres.Keyring;

/// <summary>
/// Persons' data keys, in <c>godwit.person_keys</c>. A shredded person's row loses its key and stays; the bytes of the former row are gone from the table's file with the next VACUUM, and from
/// write-ahead logs and backups when those expire.
/// </summary>
public sealed class PostgresPersonKeyStore(KeyringSessions sessions) : IPersonKeyStore
{
    private const string Columns = "person, key, wrapped_by, wrapped";

    public async Task<PersonKeyRecord?> FindAsync(string person, CancellationToken cancellation)
    {
        await using var connection = await sessions.FindAsync(cancellation);
        return connection is null ? null : await FindAsync(connection, person, cancellation);
    }

    public async Task<PersonKeyRecord?> AddAsync(PersonKeyRecord record, CancellationToken cancellation)
    {
        await using var connection = await sessions.OpenAsync(cancellation);
        await using (var transaction = await KeyringSessions.BeginAsync(connection, cancellation))
        {
            // Waits for another's insertion, or shredding, of the same person, and leaves what that one has put there.
            await using var add = new NpgsqlCommand($"INSERT INTO godwit.person_keys ({Columns}) VALUES ($1, $2, $3, $4) ON CONFLICT (person) DO NOTHING", connection, transaction)
            {
                Parameters =
                {
                    new() { Value = record.Person }, new() { Value = record.KeyId.ToString() }, new() { Value = record.WrappedBy.ToString() }, new() { Value = record.Wrapped.ToArray() },
                },
            };
            var added = await add.ExecuteNonQueryAsync(cancellation) == 1;
            await transaction.CommitAsync(cancellation);
            if (added) return record;
        }
        return await FindAsync(connection, record.Person, cancellation);
    }

    public async Task<IReadOnlyList<PersonKeyRecord>> FindAsync(IReadOnlyCollection<string> persons, CancellationToken cancellation)
    {
        await using var connection = await sessions.FindAsync(cancellation);
        return connection is null ? [] : await FindAsync(connection, persons, cancellation);
    }

    public async Task<IReadOnlyList<PersonKeyRecord>> AddAsync(IReadOnlyCollection<PersonKeyRecord> records, CancellationToken cancellation)
    {
        await using var connection = await sessions.OpenAsync(cancellation);
        await using (var transaction = await KeyringSessions.BeginAsync(connection, cancellation))
        {
            // In the order of persons: two who add some of the same wait for each other, and neither in vain.
            await using var add = new NpgsqlCommand(
                $"INSERT INTO godwit.person_keys ({Columns}) SELECT * FROM unnest($1, $2, $3, $4) AS added (person, key, wrapped_by, wrapped) ORDER BY person ON CONFLICT (person) DO NOTHING", connection, transaction)
            {
                Parameters =
                {
                    new() { Value = records.Select(r => r.Person).ToArray() }, new() { Value = records.Select(r => r.KeyId.ToString()).ToArray() },
                    new() { Value = records.Select(r => r.WrappedBy.ToString()).ToArray() }, new() { Value = records.Select(r => r.Wrapped.ToArray()).ToArray() },
                },
            };
            await add.ExecuteNonQueryAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        return await FindAsync(connection, [.. records.Select(r => r.Person)], cancellation);
    }

    public async Task<bool> TryReplaceAsync(PersonKeyRecord former, PersonKeyRecord next, CancellationToken cancellation)
    {
        await using var connection = await sessions.OpenAsync(cancellation);
        await using var transaction = await KeyringSessions.BeginAsync(connection, cancellation);
        await using var replace = new NpgsqlCommand("UPDATE godwit.person_keys SET key = $4, wrapped_by = $5, wrapped = $6 WHERE person = $1 AND key = $2 AND wrapped = $3", connection, transaction)
        {
            Parameters =
            {
                new() { Value = former.Person }, new() { Value = former.KeyId.ToString() }, new() { Value = former.Wrapped.ToArray() },
                new() { Value = next.KeyId.ToString() }, new() { Value = next.WrappedBy.ToString() }, new() { Value = next.Wrapped.ToArray() },
            },
        };
        var replaced = await replace.ExecuteNonQueryAsync(cancellation) == 1;
        await transaction.CommitAsync(cancellation);
        return replaced;
    }

    public async Task<IReadOnlyList<PersonKeyRecord>> WrappedByAsync(KeyId key, int most, CancellationToken cancellation)
    {
        await using var connection = await sessions.FindAsync(cancellation);
        if (connection is null) return [];
        await using var command = new NpgsqlCommand($"SELECT {Columns} FROM godwit.person_keys WHERE wrapped_by = $1 ORDER BY person LIMIT $2", connection)
        { Parameters = { new() { Value = key.ToString() }, new() { Value = most } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<PersonKeyRecord>();
        while (await reader.ReadAsync(cancellation)) found.Add(Read(reader));
        return found;
    }

    public async Task<bool> ShredAsync(string person, CancellationToken cancellation)
    {
        await using var connection = await sessions.OpenAsync(cancellation);
        await using var transaction = await KeyringSessions.BeginAsync(connection, cancellation);
        // First that the row is there, so that whoever adds the person now waits; then whether it has a key.
        await using var shred = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                new("INSERT INTO godwit.person_keys (person, shredded_at) VALUES ($1, clock_timestamp()) ON CONFLICT (person) DO NOTHING") { Parameters = { new() { Value = person } } },
                new("UPDATE godwit.person_keys SET key = NULL, wrapped_by = NULL, wrapped = NULL, shredded_at = clock_timestamp() WHERE person = $1 AND key IS NOT NULL") { Parameters = { new() { Value = person } } },
            },
        };
        await shred.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return shred.BatchCommands[1].RecordsAffected == 1;
    }

    private static async Task<PersonKeyRecord?> FindAsync(NpgsqlConnection connection, string person, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT {Columns} FROM godwit.person_keys WHERE person = $1 AND key IS NOT NULL", connection) { Parameters = { new() { Value = person } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Read(reader) : null;
    }

    private static async Task<IReadOnlyList<PersonKeyRecord>> FindAsync(NpgsqlConnection connection, IReadOnlyCollection<string> persons, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT {Columns} FROM godwit.person_keys WHERE person = ANY ($1) AND key IS NOT NULL", connection) { Parameters = { new() { Value = persons.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<PersonKeyRecord>(persons.Count);
        while (await reader.ReadAsync(cancellation)) found.Add(Read(reader));
        return found;
    }

    private static PersonKeyRecord Read(NpgsqlDataReader reader) => new(
        reader.GetString(0), StoredKeyId.Read(reader.GetString(1)), StoredKeyId.Read(reader.GetString(2)), ImmutableCollectionsMarshal.AsImmutableArray(reader.GetFieldValue<byte[]>(3)));
}
