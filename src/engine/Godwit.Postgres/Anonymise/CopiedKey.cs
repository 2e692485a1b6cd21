using Godwit.Postgres.Backups;
using Npgsql;

namespace Godwit.Postgres.Anonymise;

/// <summary>A foreign key: rows of one table that refer to rows of another.</summary>
/// <param name="From">The referring table, as schema.table.</param>
/// <param name="To">The table that it refers to.</param>
internal sealed record CopiedKey(string Name, string From, string To, IReadOnlyList<string> Columns, IReadOnlyList<string> Referred, bool IsValid)
{
    public static async Task<IReadOnlyList<CopiedKey>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT k.conname::text, fn.nspname || '.' || f.relname, tn.nspname || '.' || t.relname,
                (SELECT array_agg(a.attname::text ORDER BY c.ordinal) FROM unnest(k.conkey) WITH ORDINALITY c(number, ordinal) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.number),
                (SELECT array_agg(a.attname::text ORDER BY c.ordinal) FROM unnest(k.confkey) WITH ORDINALITY c(number, ordinal) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = c.number), k.convalidated
            FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
            WHERE k.contype = 'f' AND k.conparentid = 0 AND fn.nspname <> 'godwit' ORDER BY 2, 1
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var keys = new List<CopiedKey>();
        while (await reader.ReadAsync(cancellation))
            keys.Add(new CopiedKey(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<string[]>(3), reader.GetFieldValue<string[]>(4), reader.GetBoolean(5)));
        return keys;
    }

    /// <summary>That rows of both tables belong together.</summary>
    /// <param name="child">The alias of <see cref="From"/>.</param>
    /// <param name="parent">The alias of <see cref="To"/>.</param>
    public string Join(string child, string parent) => string.Join(" AND ", Columns.Zip(Referred).Select(c => $"{child}.{LogicalRestore.Quote(c.First)} = {parent}.{LogicalRestore.Quote(c.Second)}"));

    /// <summary>That a row refers to one at all (MATCH SIMPLE: with a NULL among them it does not).</summary>
    public string IsSet(string child) => string.Join(" AND ", Columns.Select(c => $"{child}.{LogicalRestore.Quote(c)} IS NOT NULL"));

    /// <summary>Rows that refer to what is not there.</summary>
    public async Task<long> CountOrphansAsync(NpgsqlConnection connection, IReadOnlyDictionary<string, CopiedTable> tables, CancellationToken cancellation)
    {
        if (!tables.TryGetValue(From, out var from) || !tables.TryGetValue(To, out var to)) return 0;
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {from.Sql} f WHERE {IsSet("f")} AND NOT EXISTS (SELECT FROM {to.Sql} t WHERE {Join("f", "t")})", connection) { CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
