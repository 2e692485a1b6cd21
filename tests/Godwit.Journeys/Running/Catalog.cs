namespace Godwit.Journeys.Running;

/// <summary>What PostgreSQL itself says it holds, a line each, as its own functions print it.</summary>
public static class Catalog
{
    /// <summary><c>table.column type [collate …] [not null] [identity] [default …] [generated …]</c> in the tables' order of columns.</summary>
    public static async Task<string> ColumnsAsync(this Journey journey, string table = "%") => Lines(await journey.TextsAsync($"""
        SELECT concat_ws(' ', c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod),
                         CASE WHEN a.attcollation <> t.typcollation THEN 'collate ' || a.attcollation::regcollation END,
                         CASE WHEN a.attnotnull THEN 'not null' END,
                         CASE WHEN a.attidentity = 'd' THEN 'identity' END,
                         CASE WHEN a.attgenerated = '' THEN 'default ' ELSE 'generated ' END || pg_get_expr(d.adbin, d.adrelid))
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND c.relname LIKE '{table}'
        ORDER BY c.relname COLLATE "C", a.attnum
        """));

    /// <summary><c>table name definition</c>; PostgreSQL 18 has NOT NULL constraints there too, which are columns' business.</summary>
    public static async Task<string> ConstraintsAsync(this Journey journey, string table = "%") => Lines(await journey.TextsAsync($"""
        SELECT concat_ws(' ', c.relname, k.conname, pg_get_constraintdef(k.oid))
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE c.relnamespace = 'public'::regnamespace AND k.contype <> 'n' AND c.relname LIKE '{table}'
        ORDER BY c.relname COLLATE "C", k.contype, k.conname COLLATE "C"
        """));

    /// <summary>Indexes that no constraint owns, as CREATE INDEX.</summary>
    public static async Task<string> IndexesAsync(this Journey journey, string table = "%") => Lines(await journey.TextsAsync($"""
        SELECT pg_get_indexdef(i.indexrelid)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u'))
          AND c.relname LIKE '{table}'
        ORDER BY pg_get_indexdef(i.indexrelid) COLLATE "C"
        """));

    /// <summary>Every relation outside PostgreSQL's own schemas: what a refused move must leave as it was.</summary>
    public static async Task<string> RelationsAsync(this Journey journey) => Lines(await journey.TextsAsync("""
        SELECT n.nspname || '.' || c.relname || ' ' || c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        UNION ALL SELECT nspname FROM pg_namespace ORDER BY 1
        """));

    private static string Lines(IEnumerable<string?> lines) => string.Join('\n', lines);
}
