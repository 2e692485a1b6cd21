namespace Godwit.Postgres.Sourcing.Catalog;

/// <summary>Questions about a schema's tables; $1 is the schema. Carried out with only that schema in sight, which is how names are printed.</summary>
internal static class TableSql
{
    public const string Tables = """
        SELECT c.oid::bigint, c.relname::text, c.relkind::text, c.relpersistence::text, c.relispartition, c.relrowsecurity, row_security_active(c.oid),
               has_table_privilege(c.oid, 'SELECT'), c.reloftype <> 0, pg_table_size(c.oid),
               CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
               ARRAY(SELECT i.inhparent::bigint FROM pg_inherits i WHERE i.inhrelid = c.oid ORDER BY i.inhseqno),
               (SELECT string_agg(quote_ident(o.option_name) || '=' || quote_literal(o.option_value), ', ') FROM pg_options_to_table(c.reloptions) o),
               EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'), m.amname::text,
               c.relacl IS NOT NULL OR EXISTS (SELECT FROM pg_attribute p WHERE p.attrelid = c.oid AND p.attacl IS NOT NULL),
               ARRAY(SELECT format('%I.%I', hn.nspname, h.relname) FROM pg_inherits i JOIN pg_class h ON h.oid = i.inhrelid JOIN pg_namespace hn ON hn.oid = h.relnamespace
                     WHERE i.inhparent = c.oid AND h.relnamespace <> c.relnamespace ORDER BY 1)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am m ON m.oid = c.relam
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'f') ORDER BY c.relname
        """;

    public const string Columns = """
        SELECT a.attrelid::bigint, a.attnum::int, a.attname::text, a.atttypid::bigint, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text, a.attgenerated::text,
               pg_get_expr(d.adbin, d.adrelid), ln.nspname::text, l.collname::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        LEFT JOIN pg_collation l ON l.oid = a.attcollation AND a.attcollation <> t.typcollation LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
        """;

    /// <summary>NOT NULL is told by the columns, so PostgreSQL 18's constraints of that kind are left out; constraint triggers are triggers.</summary>
    public const string Constraints = """
        SELECT k.conrelid::bigint, k.conname::text, k.contype::text, pg_get_constraintdef(k.oid), k.convalidated, coalesce(k.conkey, '{}')::int[], k.conindid::bigint,
               k.coninhcount > 0, k.conparentid <> 0, k.confrelid::bigint, CASE WHEN k.confrelid <> 0 THEN k.confrelid::regclass::text END,
               ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u (n, i) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i),
               ARRAY(SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname) FROM unnest(k.conpfeqop) WITH ORDINALITY u (o, i) JOIN pg_operator o ON o.oid = u.o JOIN pg_namespace n ON n.oid = o.oprnamespace ORDER BY u.i),
               NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled NOT IN ('O', 'A'))
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND k.contype IN ('p', 'u', 'c', 'f', 'x') AND c.relkind IN ('r', 'p') ORDER BY c.relname, k.conname
        """;

    /// <summary>Of tables and of materialized views.</summary>
    public const string Indexes = """
        SELECT i.indrelid::bigint, i.indexrelid::bigint, ic.relname::text, i.indisunique, pg_get_indexdef(i.indexrelid), format('%I.%I', n.nspname, c.relname),
               EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')), i.indisvalid AND i.indisready AND i.indislive,
               coalesce((SELECT h.inhparent::bigint FROM pg_inherits h WHERE h.inhrelid = i.indexrelid), 0),
               ARRAY(SELECT pg_get_indexdef(i.indexrelid, p, false) || coalesce((SELECT format(' COLLATE %I.%I', ln.nspname, l.collname)
                       FROM pg_collation l JOIN pg_namespace ln ON ln.oid = l.collnamespace WHERE l.oid = i.indcollation[p - 1] AND l.collname <> 'default'), '')
                     FROM generate_series(1, i.indnkeyatts) p ORDER BY p),
               pg_get_expr(i.indpred, i.indrelid)
        FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'm') ORDER BY c.relname, ic.relname
        """;

    public const string Sequences = """
        SELECT c.oid::bigint, c.relname::text, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
               coalesce(d.refobjid::bigint, 0), coalesce(d.refobjsubid, 0), coalesce(d.deptype::text, ''), has_sequence_privilege(c.oid, 'SELECT')
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        WHERE n.nspname = $1 AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') ORDER BY c.relname
        """;

    /// <summary>Copies at partitions of a trigger of the partitioned table come with it.</summary>
    /// <summary>Those of a live move's recording and fence are no part of the schema.</summary>
    public const string Triggers = """
        SELECT t.tgrelid::bigint, t.tgname::text, pg_get_triggerdef(t.oid), format('%I.%I', n.nspname, c.relname), t.tgenabled::text, 'p:' || t.tgfoid
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND NOT t.tgisinternal AND t.tgparentid = 0
          AND NOT EXISTS (SELECT FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = t.tgfoid AND fn.nspname = 'godwit' AND f.proname ~ '^(record|refuse)_') ORDER BY c.relname, t.tgname
        """;
}
