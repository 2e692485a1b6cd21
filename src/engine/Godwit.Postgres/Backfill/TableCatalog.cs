using Godwit.Engine.Backfill;
using Godwit.Engine.Runs;

namespace Godwit.Postgres.Backfill;

/// <summary>Reads a table's shape.</summary>
internal static class TableCatalog
{
    private const int MostColumns = 1600;

    /// <summary>Ordinary and partitioned tables; <c>has_any_column_privilege</c> also counts rights on the table.</summary>
    private const string FindTable =
        """
        SELECT c.oid::text, has_any_column_privilege(c.oid, 'SELECT'), has_any_column_privilege(c.oid, 'INSERT'), has_any_column_privilege(c.oid, 'UPDATE'),
            has_table_privilege(c.oid, 'DELETE')
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')
        """;

    /// <summary>
    /// A type modifier of -1 gives the plain type: with NULL, format_type prints <c>character</c>, which is character(1). The modifiers of types with a
    /// collation and of bit strings cut; those of numbers and times round.
    /// </summary>
    private const string FindColumns =
        """
        SELECT a.attname::text, format_type(a.atttypid, -1),
            format_type(a.atttypid, CASE WHEN a.attcollation <> 0 OR a.atttypid IN ('bit'::regtype, 'varbit'::regtype) THEN -1 ELSE a.atttypmod END),
            a.attnotnull, a.attgenerated <> '', a.attidentity = 'a', b.oid = 'bytea'::regtype, b.typname::text, b.typnamespace = 'pg_catalog'::regnamespace OR b.typtype = 'e'
        FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
        WHERE a.attrelid = $1::text::oid AND a.attnum > 0 AND NOT a.attisdropped
        """;

    private const string FindKeys =
        """
        SELECT i.indexrelid::regclass::text, i.indisprimary, array_agg(a.attname::text ORDER BY k.place),
            array_agg(CASE WHEN k.sorted <> 0 THEN (SELECT quote_ident(n.nspname) || '.' || quote_ident(o.collname)
                FROM pg_catalog.pg_collation o JOIN pg_catalog.pg_namespace n ON n.oid = o.collnamespace WHERE o.oid = k.sorted) END ORDER BY k.place)
        FROM pg_catalog.pg_index i
            CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indcollation::oid[]) WITH ORDINALITY AS k(number, sorted, place)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
        WHERE i.indrelid = $1::text::oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
            AND k.place <= i.indnkeyatts
        GROUP BY i.indexrelid, i.indisprimary
        """;

    /// <summary>Null when there is no such table.</summary>
    public static async Task<TableShape?> ReadAsync(IRunSession session, TableReference reference, CancellationToken cancellation)
    {
        var found = await session.QueryAsync(FindTable, 1, cancellation, reference.Schema, reference.Name);
        if (found.Count == 0) return null;
        var oid = found[0][0];
        var columns = await session.QueryAsync(FindColumns, MostColumns, cancellation, oid);
        var keys = await session.QueryAsync(FindKeys, MostColumns, cancellation, oid);
        return new TableShape(
            reference,
            columns.Select(c => new TableColumn((string)c[0]!, (string)c[1]!, (string)c[2]!, Is(c[3]), Is(c[4]), Is(c[5]), Is(c[6]), (string)c[7]!, Is(c[8]))).ToDictionary(c => c.Name, StringComparer.Ordinal),
            [.. keys.Select(k => new UniqueKey((string)k[0]!, Is(k[1]), (string[])k[2]!, (string?[])k[3]!))],
            new TableRights(Is(found[0][1]), Is(found[0][2]), Is(found[0][3]), Is(found[0][4])));
    }

    private static bool Is(object? value) => value is true;
}
