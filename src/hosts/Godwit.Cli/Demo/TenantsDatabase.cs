using System.Text;
using Npgsql;

namespace Godwit.Cli.Demo;

/// <summary>What the demo asks the service's database, to show what became of it.</summary>
internal static class TenantsDatabase
{
    public static async Task<bool> HasClientsAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await ScalarAsync<bool>(connection, "SELECT to_regclass('public.clients') IS NOT NULL", cancellation);

    /// <summary>SHA-256 of every row as the legacy service has it: the same before and after, or something was lost.</summary>
    public static Task<string> FingerprintAsync(NpgsqlConnection connection, CancellationToken cancellation) => ScalarAsync<string>(
        connection,
        """
        SELECT encode(sha256(convert_to(coalesce(string_agg(r, chr(10) ORDER BY r COLLATE "C"), ''), 'UTF8')), 'hex')
        FROM (SELECT jsonb_build_array(id, name, email, api_key, created_at)::text AS r FROM public.clients) rows
        """,
        cancellation);

    public static Task<string> TablesAsync(NpgsqlConnection connection, CancellationToken cancellation) => ScalarAsync<string>(
        connection, "SELECT coalesce(string_agg(tablename, ', ' ORDER BY tablename), '') FROM pg_catalog.pg_tables WHERE schemaname = 'public'", cancellation);

    public static Task<long> RawKeysAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        ScalarAsync<long>(connection, "SELECT count(api_key) FROM public.clients", cancellation);

    /// <summary>Of the keys that clients hold, how many the database finds by their hash, as theirs and as old as the client.</summary>
    public static async Task<long> FoundByHashAsync(NpgsqlConnection connection, IReadOnlyList<LegacyClient> clients, string pepper, CancellationToken cancellation)
    {
        var secret = Encoding.UTF8.GetBytes(pepper);
        var callers = clients.Where(c => c.ApiKey is not null).ToList();
        await using var command = new NpgsqlCommand(
            """
            SELECT count(*) FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS held (client, hash, since)
            JOIN public.api_keys k ON k.api_key_hash = held.hash
            WHERE k.client_id = held.client AND k.created_at = held.since AND k.name = 'migrated-legacy' AND k.revoked_at IS NULL
            """, connection)
        {
            Parameters =
            {
                new() { Value = callers.Select(c => c.Id).ToArray() },
                new() { Value = callers.Select(c => KeyTraffic.HashOf(secret, c.ApiKey!)).ToArray() },
                new() { Value = callers.Select(c => c.CreatedAt).ToArray() },
            },
        };
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
