using Godwit.Model.Names;
using Godwit.Postgres.Verification;
using Godwit.Security.Keyring;
using Npgsql;

namespace Godwit.Postgres.Keyring;

/// <summary>What an administrator says about columns that an application fills: a backfill registers its own. Nothing is registered that could not be counted, and nothing taken out that is needed.</summary>
public sealed class KeyColumnRegister(KeyringSessions sessions)
{
    public async Task<IReadOnlyList<KeyColumn>> ListAsync(CancellationToken cancellation)
    {
        await using var connection = await sessions.FindAsync(cancellation);
        return connection is null ? [] : await KeyColumns.ListAsync(connection, cancellation);
    }

    /// <summary>Registers a column. One that is registered is registered anew.</summary>
    /// <param name="schema">As it stands in the catalog.</param>
    /// <param name="table">The same.</param>
    /// <param name="column">The same.</param>
    /// <param name="kind">What its values are.</param>
    /// <param name="encoding">How they stand there; null where the kind or the column's type says it.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="KeyringException">There is no such column, its type cannot hold such values, or it has to be said how they stand there.</exception>
    public async Task<KeyColumn> AddAsync(string schema, string table, string column, KeyColumnKind kind, KeyColumnEncoding? encoding, CancellationToken cancellation)
    {
        await using var connection = await sessions.OpenAsync(cancellation);
        if (await TypeOfAsync(connection, schema, table, column, cancellation) is not { } type) throw new KeyringException($"there is no column {schema}.{table}.{column}: names are as they stand in the catalog");
        encoding ??= kind == KeyColumnKind.Pepper ? KeyColumnEncoding.Text
            : type == "bytea" ? KeyColumnEncoding.Binary
            : throw new KeyringException($"{schema}.{table}.{column} is of type {type}: say whether its values are base64 or hex");
        if ((kind == KeyColumnKind.Pepper) != (encoding == KeyColumnEncoding.Text)) throw new KeyringException("hashes with a pepper, and only those, are of the encoding text");
        if ((encoding == KeyColumnEncoding.Binary) != (type == "bytea")) throw new KeyringException($"{schema}.{table}.{column} is of type {type}: binary values, and only those, stand in a bytea");
        var added = new KeyColumn(schema, table, column, kind, encoding.Value);
        // Counted once: what cannot be counted would stand in the way of every retirement.
        await KeyColumns.CountAsync(connection, added, [], cancellation);
        await KeyColumns.RegisterAsync(connection, added, cancellation);
        return added;
    }

    /// <summary>Takes a column out that is gone, or that holds nothing which a key of the keyring made.</summary>
    /// <returns>False when it was not registered.</returns>
    /// <exception cref="KeyringException">It holds such values: nobody would look for them when a key is retired.</exception>
    public async Task<bool> RemoveAsync(string schema, string table, string column, CancellationToken cancellation)
    {
        await using var connection = await sessions.OpenAsync(cancellation);
        if ((await KeyColumns.ListAsync(connection, cancellation)).FirstOrDefault(c => (c.Schema, c.Table, c.Column) == (schema, table, column)) is not { } registered) return false;
        if (await TypeOfAsync(connection, schema, table, column, cancellation) is not null)
        {
            var keys = await TargetQuery.ReadAsync(connection, "SELECT id FROM godwit.keys WHERE state <> 'Destroyed'", r => StoredKeyId.Read(r.GetString(0)), cancellation);
            if (await KeyColumns.CountAsync(connection, registered, keys, cancellation) is > 0 and var rows)
                throw new KeyringException($"{registered} has {rows} values of keys of the keyring: a key that they need could be retired. Take them to another column, or delete them, first");
        }
        await KeyColumns.RemoveAsync(connection, schema, table, column, cancellation);
        return true;
    }

    /// <returns>Null where there is no such column.</returns>
    private static async Task<string?> TypeOfAsync(NpgsqlConnection connection, string schema, string table, string column, CancellationToken cancellation) =>
        (await TargetQuery.ReadAsync(
            connection, "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND attnum > 0 AND NOT attisdropped", r => r.GetString(0),
            cancellation, TargetName.Qualify(schema, table), column)).FirstOrDefault();
}
