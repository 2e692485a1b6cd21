using Godwit.Model.Names;
using Godwit.Postgres.Verification;
using Godwit.Security.Keyring;
using Npgsql;

namespace Godwit.Postgres.Keyring;

/// <summary>Which columns hold what keys made: a key is retired only when none of them needs it any more. Whatever writes such values registers their column before the first.</summary>
public static class KeyColumns
{
    /// <summary>Registers a column, within whatever transaction the connection is in; one that is registered is registered anew. Godwit's tables have to be there.</summary>
    public static Task RegisterAsync(NpgsqlConnection connection, KeyColumn column, CancellationToken cancellation)
    {
        if ((column.Kind == KeyColumnKind.Pepper) != (column.Encoding == KeyColumnEncoding.Text)) throw new ArgumentException("hashes with a pepper, and only those, are of the encoding Text", nameof(column));
        return TargetQuery.ExecuteAsync(
            connection,
            """
            INSERT INTO godwit.key_columns (table_schema, table_name, column_name, kind, encoding) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (table_schema, table_name, column_name) DO UPDATE SET kind = excluded.kind, encoding = excluded.encoding
            """, cancellation, column.Schema, column.Table, column.Column, Text(column.Kind), Text(column.Encoding));
    }

    /// <summary>Takes a column out: it is gone, or holds no such values any more.</summary>
    public static Task RemoveAsync(NpgsqlConnection connection, string schema, string table, string column, CancellationToken cancellation) =>
        TargetQuery.ExecuteAsync(connection, "DELETE FROM godwit.key_columns WHERE table_schema = $1 AND table_name = $2 AND column_name = $3", cancellation, schema, table, column);

    public static async Task<IReadOnlyList<KeyColumn>> ListAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await TargetQuery.ReadAsync(
            connection, "SELECT table_schema, table_name, column_name, kind, encoding FROM godwit.key_columns ORDER BY 1, 2, 3",
            r => new KeyColumn(r.GetString(0), r.GetString(1), r.GetString(2), Enum.Parse<KeyColumnKind>(r.GetString(3), ignoreCase: true), Enum.Parse<KeyColumnEncoding>(r.GetString(4), ignoreCase: true)),
            cancellation);

    /// <summary>How many values of a column any of these keys made. Reads the whole column.</summary>
    /// <exception cref="KeyringException">The column is gone, or of another type than was registered: nobody can tell.</exception>
    internal static async Task<long> CountAsync(NpgsqlConnection connection, KeyColumn column, IReadOnlyList<KeyId> keys, CancellationToken cancellation)
    {
        try
        {
            return (await TargetQuery.ReadAsync(
                connection, $"SELECT count(*) FROM {TargetName.Qualify(column.Schema, column.Table)} AS t WHERE {column.IsOfKey($"t.{TargetName.Quote(column.Column)}")}",
                r => r.GetInt64(0), cancellation, (object)keys.Select(k => k.ToString()).ToArray()))[0];
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName
            or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.CannotCoerce or PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new KeyringException($"nobody can tell whether {column} still needs a key ({e.MessageText}): `godwit keys column` takes it out, or registers it as it is", mayRetry: false, e);
        }
    }

    private static string Text<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
