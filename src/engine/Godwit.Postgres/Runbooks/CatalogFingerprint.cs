using Godwit.Engine.Runs;
using Godwit.Postgres.Verification;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>
/// What the whole database's catalog says, godwit's own schema, the system's and what extensions own left out, as one hash: equal before a phase and
/// after its rollback.
/// </summary>
internal static class CatalogFingerprint
{
    private const string Relations = """
        SELECT n.nspname::text, array_agg(c.relname::text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND n.nspname <> ALL ('{godwit,pg_catalog,information_schema,pg_toast}') AND n.nspname NOT LIKE 'pg\_temp%'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        GROUP BY 1
        """;

    /// <summary>What stands beside relations: schemas, routines, types, sequences of their own, extensions, policies.</summary>
    private const string Others = """
        WITH own AS (SELECT oid, nspname FROM pg_namespace WHERE nspname <> ALL ('{godwit,pg_catalog,information_schema,pg_toast}') AND nspname NOT LIKE 'pg\_temp%' AND nspname NOT LIKE 'pg\_toast\_temp%'),
          owned AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
        SELECT 'schema', nspname::text, nspname::text, '' FROM own
        UNION ALL
        SELECT 'routine', n.nspname::text, p.oid::regprocedure::text, pg_get_functiondef(p.oid)
        FROM pg_proc p JOIN own n ON n.oid = p.pronamespace
        WHERE p.prokind IN ('f', 'p') AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL
        SELECT 'type', n.nspname::text, t.typname::text,
               concat_ws(' ', t.typtype, format_type(t.typbasetype, t.typtypmod), t.typdefault, t.typnotnull,
                 (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
                 (SELECT string_agg(pg_get_constraintdef(k.oid), ' ' ORDER BY k.conname) FROM pg_constraint k WHERE k.contypid = t.oid))
        FROM pg_type t JOIN own n ON n.oid = t.typnamespace
        WHERE t.typtype IN ('e', 'd', 'r') AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL
        SELECT 'sequence', n.nspname::text, c.relname::text, concat_ws(' ', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle)
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN own n ON n.oid = c.relnamespace
        WHERE ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL
        SELECT 'extension', e.extname::text, e.extname::text, e.extversion FROM pg_extension e
        UNION ALL
        SELECT 'policy', n.nspname::text || '.' || c.relname, p.polname::text,
               concat_ws(' ', p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN own n ON n.oid = c.relnamespace
        """;

    /// <summary>The connection's search_path must name no schema of the user's: definitions are printed relative to it.</summary>
    public static async Task<TargetCatalog> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var objects = await TargetQuery.ReadAsync(connection, Others, Read, cancellation);
        var schemas = await TargetQuery.ReadAsync(connection, Relations, r => (Schema: r.GetString(0), Names: r.GetFieldValue<string[]>(1)), cancellation);
        foreach (var (schema, names) in schemas)
        {
            var relations = await TargetQuery.ReadAsync(connection, CatalogQuery.Sql, Read, cancellation, schema, names);
            objects.AddRange(relations.Select(o => o with { Table = $"{schema}.{o.Table}" }));
        }
        var snapshot = new CatalogSnapshot(objects);
        return new TargetCatalog(snapshot.Hash, snapshot.Lines);
    }

    private static CatalogObject Read(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3));
}
