using System.Globalization;
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

    /// <summary>Of the keys that clients hold, how many have a hash that the service verifies, as theirs and as old as the client.</summary>
    public static async Task<long> FoundByHashAsync(NpgsqlConnection connection, IReadOnlyList<LegacyClient> clients, Green green, CancellationToken cancellation)
    {
        var stored = new Dictionary<Guid, (string Hash, DateTimeOffset Since)>();
        await using var command = new NpgsqlCommand("SELECT client_id, api_key_hash, created_at FROM public.api_keys WHERE name = 'migrated-legacy' AND revoked_at IS NULL", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) stored.Add(reader.GetGuid(0), (reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2)));
        return clients.Count(c => c.ApiKey is { } key && stored.TryGetValue(c.Id, out var row) && row.Since == c.CreatedAt && green.IsOf(key, row.Hash));
    }

    /// <summary>How the hashes stand to the pepper that writes.</summary>
    public static async Task<PepperStanding> StandingAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT count(*) FILTER (WHERE right(chain, 32) <> $1), count(*) FILTER (WHERE chain LIKE '%+' || $1), count(*) FILTER (WHERE chain = $1)
            FROM (SELECT split_part(api_key_hash, '.', 2) AS chain FROM public.api_keys) hashes
            """, connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = await ActivePepperAsync(connection, cancellation) } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new PepperStanding(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    public static async Task<bool> HasPepperAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await ScalarAsync<bool>(connection, "SELECT to_regclass('godwit.keys') IS NOT NULL", cancellation)
        && await ScalarAsync<bool>(connection, "SELECT EXISTS (SELECT FROM godwit.keys WHERE purpose = 'pepper' AND state = 'Active')", cancellation);

    /// <summary>The pepper that wrote before the one that writes; null when there is none, or it is retired.</summary>
    public static async Task<string?> FormerPepperAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT id FROM godwit.keys WHERE purpose = 'pepper' AND state = 'DecryptOnly' ORDER BY number DESC LIMIT 1", connection);
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>The pepper that writes.</summary>
    public static Task<string> ActivePepperAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        ScalarAsync<string>(connection, "SELECT id FROM godwit.keys WHERE purpose = 'pepper' AND state = 'Active'", cancellation);

    /// <summary>Clients with a key that nobody has presented since it was wrapped.</summary>
    public static async Task<IReadOnlySet<Guid>> WrappedClientsAsync(NpgsqlConnection connection, int most, CancellationToken cancellation) =>
        (await ScalarAsync<Guid[]>(
            connection,
            string.Create(CultureInfo.InvariantCulture, $"SELECT coalesce(array_agg(client_id), '{{}}') FROM (SELECT DISTINCT client_id FROM public.api_keys WHERE split_part(api_key_hash, '.', 2) LIKE '%+%' LIMIT {most}) AS few"),
            cancellation)).ToHashSet();

    /// <summary>Some stored hashes, as somebody has them who has read the table.</summary>
    public static Task<string[]> SomeHashesAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        ScalarAsync<string[]>(connection, "SELECT array_agg(api_key_hash) FROM (SELECT api_key_hash FROM public.api_keys ORDER BY id LIMIT 100) AS few", cancellation);

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }
}

/// <param name="FormerAlone">Hashes that do without it: of former peppers, and touched by nothing since.</param>
/// <param name="Wrapped">Hashes of former peppers that are wrapped under it: nobody has presented the key since.</param>
/// <param name="Anew">Hashes of it alone.</param>
internal sealed record PepperStanding(long FormerAlone, long Wrapped, long Anew);
