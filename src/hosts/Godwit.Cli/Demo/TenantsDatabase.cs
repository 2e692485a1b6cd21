using System.Text;
using Godwit.Cli.Demo.Service;
using Npgsql;

namespace Godwit.Cli.Demo;

/// <summary>What the demo asks the service's database, to show what became of it.</summary>
internal static class TenantsDatabase
{
    public static async Task<bool> HasClientsAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await ScalarAsync<bool>(connection, "SELECT to_regclass('public.clients') IS NOT NULL", cancellation);

    /// <summary>The service's schema, an object a line: the same before and after, or the way back left something, or took it along.</summary>
    public static Task<string> SchemaAsync(NpgsqlConnection connection, CancellationToken cancellation) => ScalarAsync<string>(
        connection,
        """
        SELECT coalesce(string_agg(line, chr(10) ORDER BY line COLLATE "C"), '') FROM (
            SELECT format('column %s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
            UNION ALL SELECT format('index %s', pg_get_indexdef(indexrelid)) FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = 'public'::regnamespace
            UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT format('trigger %s', pg_get_triggerdef(t.oid)) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT tgisinternal
            UNION ALL SELECT format('function %s', p.oid::regprocedure) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
            UNION ALL SELECT format('sequence %s', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S') objects (line)
        """,
        cancellation);

    /// <summary>Gates of a run whose newest answer keeps them closed.</summary>
    public static async Task<IReadOnlyList<string>> ClosedGatesAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT gate FROM (SELECT DISTINCT ON (phase, gate) id, gate, state FROM godwit.gates WHERE run = $1 ORDER BY phase, gate, id DESC) newest WHERE state <> 'Pass' ORDER BY id", connection)
        {
            Parameters = { new() { Value = run } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var gates = new List<string>();
        while (await reader.ReadAsync(cancellation)) gates.Add(reader.GetString(0));
        return gates;
    }

    /// <summary>The tripwire that took a run back, and when it fired; null when none did.</summary>
    public static async Task<(string Tripwire, DateTimeOffset At)?> FiredAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT body::jsonb ->> 'tripwire', at FROM godwit.journal WHERE kind = 'tripwire-fired' AND run = $1 AND body::jsonb ->> 'action' = 'rollback' ORDER BY sequence LIMIT 1", connection)
        {
            Parameters = { new() { Value = run } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1)) : null;
    }

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
                new() { Value = callers.Select(c => Green.HashOf(secret, c.ApiKey!)).ToArray() },
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
