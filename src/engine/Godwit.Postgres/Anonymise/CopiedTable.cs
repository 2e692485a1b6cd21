using Godwit.Postgres.Backups;
using Npgsql;

namespace Godwit.Postgres.Anonymise;

/// <param name="Type">By its name in pg_type; of a domain the type below it.</param>
/// <param name="Cast">As SQL names its own type.</param>
/// <param name="Parts">Of a row type, or an array of one, the names of its fields with their types.</param>
internal sealed record CopiedColumn(string Name, string Type, string Cast, bool IsGenerated, bool IsRequired, bool IsUnique, IReadOnlyList<(string Name, string Type)> Parts);

/// <summary>A table of a copy: a plain one, or the head of a partitioned one.</summary>
internal sealed record CopiedTable(string Schema, string Name, IReadOnlyList<CopiedColumn> Columns)
{
    /// <summary>As the runbook names it.</summary>
    public string Key => $"{Schema}.{Name}";

    /// <summary>As SQL names it.</summary>
    public string Sql => $"{LogicalRestore.Quote(Schema)}.{LogicalRestore.Quote(Name)}";

    public static async Task<IReadOnlyList<CopiedTable>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH RECURSIVE base AS (
                SELECT oid, oid AS root FROM pg_type
                UNION ALL SELECT b.oid, t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.root WHERE t.typtype = 'd'),
              rooted AS (SELECT b.oid, t.typname::text AS name, CASE WHEN t.typcategory = 'A' THEN (SELECT e.typrelid FROM pg_type e WHERE e.oid = t.typelem) ELSE t.typrelid END AS row
                FROM base b JOIN pg_type t ON t.oid = b.root WHERE t.typtype <> 'd')
            SELECT n.nspname::text, c.relname::text, a.attname::text, r.name, format_type(a.atttypid, a.atttypmod), a.attgenerated <> '', a.attnotnull,
                EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND (a.attnum = ANY (i.indkey) OR 0 = ANY (i.indkey)))
                  OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'x'),
                ARRAY(SELECT f.attname::text FROM pg_attribute f WHERE r.row <> 0 AND f.attrelid = r.row AND f.attnum > 0 AND NOT f.attisdropped ORDER BY f.attnum),
                ARRAY(SELECT b.name FROM pg_attribute f JOIN rooted b ON b.oid = f.atttypid WHERE r.row <> 0 AND f.attrelid = r.row AND f.attnum > 0 AND NOT f.attisdropped ORDER BY f.attnum)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid JOIN rooted r ON r.oid = a.atttypid
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
              AND n.nspname <> ALL ('{godwit,pg_catalog,information_schema}') AND n.nspname NOT LIKE 'pg\_t%'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1, 2, a.attnum
            """, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<(string Schema, string Name, CopiedColumn Column)>();
        while (await reader.ReadAsync(cancellation))
            rows.Add((reader.GetString(0), reader.GetString(1), new CopiedColumn(reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetBoolean(5), reader.GetBoolean(6), reader.GetBoolean(7),
                [.. reader.GetFieldValue<string[]>(8).Zip(reader.GetFieldValue<string[]>(9))])));
        return [.. rows.GroupBy(r => (r.Schema, r.Name)).Select(g => new CopiedTable(g.Key.Schema, g.Key.Name, [.. g.Select(r => r.Column)]))];
    }
}
