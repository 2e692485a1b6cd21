namespace Godwit.Postgres.Sourcing.Catalog;

/// <summary>Questions about what stands in a schema besides tables; $1 is the schema. Carried out with only that schema in sight.</summary>
internal static class ItemSql
{
    public const string Types = """
        SELECT t.oid::bigint, n.nspname::text, t.typname::text, t.typtype::text, CASE WHEN t.typelem <> 0 AND t.typlen = -1 AND t.typcategory = 'A' THEN t.typelem ELSE 0 END::bigint,
               t.typbasetype::bigint, t.typrelid::bigint, coalesce(c.relkind::text, ''), coalesce(r.rngsubtype, m.rngtypid, 0)::bigint, t.typsend <> 0 AND t.typreceive <> 0, x.extname::text,
               CASE WHEN c.relkind = 'c' THEN ARRAY(SELECT a.atttypid::bigint FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) ELSE '{}' END
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
        LEFT JOIN pg_range r ON r.rngtypid = t.oid LEFT JOIN pg_range m ON m.rngmultitypid = t.oid
        LEFT JOIN pg_depend e ON e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e' LEFT JOIN pg_extension x ON x.oid = e.refobjid
        """;

    /// <summary>Node, kind, name, statement, what DROP takes, whether it is a relation, why there is no statement.</summary>
    public const string Items = """
        WITH space AS MATERIALIZED (SELECT oid FROM pg_namespace WHERE nspname = $1),
        own AS MATERIALIZED (SELECT d.classid, d.objid FROM pg_depend d WHERE d.deptype = 'e')
        SELECT 't:' || t.oid, 'type', t.typname::text,
               'CREATE TYPE ' || quote_ident(t.typname) || ' AS ENUM (' || (SELECT coalesce(string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder), '') FROM pg_enum e WHERE e.enumtypid = t.oid) || ')',
               quote_ident(t.typname), false, NULL, t.oid::bigint
        FROM pg_type t WHERE t.typnamespace = (SELECT oid FROM space) AND t.typtype = 'e' AND (('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM own))
        UNION ALL
        SELECT 't:' || t.oid, 'domain', t.typname::text,
               'CREATE DOMAIN ' || quote_ident(t.typname) || ' AS ' || format_type(t.typbasetype, t.typtypmod)
               || coalesce((SELECT format(' COLLATE %I.%I', ln.nspname, l.collname) FROM pg_collation l JOIN pg_namespace ln ON ln.oid = l.collnamespace JOIN pg_type b ON b.oid = t.typbasetype WHERE l.oid = t.typcollation AND t.typcollation <> b.typcollation), '')
               || coalesce(' DEFAULT ' || t.typdefault, '') || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
               || coalesce((SELECT string_agg(format(' CONSTRAINT %I %s', k.conname, regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '')), '' ORDER BY k.conname) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), ''),
               quote_ident(t.typname), false, NULL, t.oid::bigint
        FROM pg_type t WHERE t.typnamespace = (SELECT oid FROM space) AND t.typtype = 'd' AND (('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM own))
        UNION ALL
        SELECT 'c:' || c.oid, 'type', c.relname::text,
               'CREATE TYPE ' || quote_ident(c.relname) || ' AS (' || (SELECT coalesce(string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                   || coalesce((SELECT format(' COLLATE %I.%I', ln.nspname, l.collname) FROM pg_collation l JOIN pg_namespace ln ON ln.oid = l.collnamespace JOIN pg_type b ON b.oid = a.atttypid WHERE l.oid = a.attcollation AND a.attcollation <> b.typcollation), ''), ', ' ORDER BY a.attnum), '')
                 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) || ')',
               quote_ident(c.relname), false, NULL, c.oid::bigint
        FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM space) AND c.relkind = 'c' AND (('pg_type'::regclass, c.reltype) NOT IN (SELECT classid, objid FROM own))
        UNION ALL
        SELECT 't:' || t.oid, 'type', t.typname::text,
               CASE WHEN r.rngcanonical = 0 THEN 'CREATE TYPE ' || quote_ident(t.typname) || ' AS RANGE (SUBTYPE = ' || format_type(r.rngsubtype, NULL)
                   || (SELECT format(', SUBTYPE_OPCLASS = %I.%I', n.nspname, o.opcname) FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE o.oid = r.rngsubopc)
                   || coalesce((SELECT format(', COLLATION = %I.%I', n.nspname, l.collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace WHERE l.oid = r.rngcollation), '')
                   || CASE WHEN r.rngsubdiff <> 0 THEN ', SUBTYPE_DIFF = ' || r.rngsubdiff::regproc::text ELSE '' END
                   || (SELECT ', MULTIRANGE_TYPE_NAME = ' || quote_ident(m.typname) FROM pg_type m WHERE m.oid = r.rngmultitypid) || ')' END,
               quote_ident(t.typname), false, CASE WHEN r.rngcanonical <> 0 THEN 'a range type with a canonical function is made by hand' END, t.oid::bigint
        FROM pg_type t JOIN pg_range r ON r.rngtypid = t.oid WHERE t.typnamespace = (SELECT oid FROM space) AND (('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM own))
        UNION ALL
        SELECT 'p:' || p.oid, CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
               CASE WHEN p.prokind <> 'a' AND l.lanname NOT IN ('c', 'internal') THEN 'CREATE ' || k.word || substr(pg_get_functiondef(p.oid), length('CREATE OR REPLACE ' || k.word || quote_ident($1) || '.') + 1) END,
               format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), false,
               CASE WHEN p.prokind = 'a' THEN 'PostgreSQL prints no statement for an aggregate' WHEN l.lanname IN ('c', 'internal') THEN 'it is a function of the server''s own code' END, p.oid::bigint
        FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang CROSS JOIN LATERAL (SELECT CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END) k (word) WHERE p.pronamespace = (SELECT oid FROM space) AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
        UNION ALL
        SELECT 'c:' || c.oid, CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, c.relname::text,
               CASE c.relkind WHEN 'v' THEN 'CREATE VIEW ' ELSE 'CREATE MATERIALIZED VIEW ' END || quote_ident(c.relname)
               || ' (' || (SELECT coalesce(string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), '') FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) || ')'
               || coalesce((SELECT ' WITH (' || string_agg(quote_ident(o.option_name) || '=' || quote_literal(o.option_value), ', ') || ')' FROM pg_options_to_table(c.reloptions) o WHERE o.option_name <> 'check_option'), '')
               || E' AS\n' || rtrim(pg_get_viewdef(c.oid), ';')
               || coalesce((SELECT ' WITH ' || upper(o.option_value) || ' CHECK OPTION' FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'check_option'), '')
               || CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN ' WITH NO DATA' ELSE '' END,
               quote_ident(c.relname), true, NULL, c.oid::bigint
        FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM space) AND c.relkind IN ('v', 'm') AND (('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM own))
        UNION ALL
        SELECT 's:' || s.oid, 'statistics', s.stxname::text, replace(pg_get_statisticsobjdef(s.oid), format('CREATE STATISTICS %I.%I', $1, s.stxname), format('CREATE STATISTICS %I', s.stxname)),
               quote_ident(s.stxname), false, NULL, s.oid::bigint
        FROM pg_statistic_ext s WHERE s.stxnamespace = (SELECT oid FROM space)
        ORDER BY 8
        """;

    /// <summary>From and to, mapped to what is made by a statement: rules to their views, defaults and constraints to their tables, arrays to their elements.</summary>
    public const string Needs = """
        WITH space AS MATERIALIZED (SELECT oid FROM pg_namespace WHERE nspname = $1),
        node AS MATERIALIZED (
          SELECT 'pg_class'::regclass::oid AS class, c.oid AS id, 'c:' || c.oid AS node FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM space) AND c.relkind IN ('r', 'p', 'v', 'm', 'c', 'f', 'S')
          UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, 'c:' || r.ev_class FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = (SELECT oid FROM space)
          UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, 'c:' || d.adrelid FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid WHERE c.relnamespace = (SELECT oid FROM space)
          UNION ALL SELECT 'pg_constraint'::regclass, k.oid, CASE WHEN k.conrelid <> 0 THEN 'c:' || k.conrelid ELSE 't:' || k.contypid END FROM pg_constraint k WHERE k.connamespace = (SELECT oid FROM space) AND k.contype <> 'f'
          UNION ALL SELECT 'pg_proc'::regclass, p.oid, 'p:' || p.oid FROM pg_proc p WHERE p.pronamespace = (SELECT oid FROM space)
          UNION ALL SELECT 'pg_type'::regclass, t.oid, CASE WHEN t.typrelid <> 0 THEN 'c:' || t.typrelid WHEN e.typrelid <> 0 THEN 'c:' || e.typrelid WHEN e.oid IS NOT NULL THEN 't:' || e.oid WHEN m.rngtypid IS NOT NULL THEN 't:' || m.rngtypid ELSE 't:' || t.oid END
            FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' LEFT JOIN pg_range m ON m.rngmultitypid = t.oid WHERE t.typnamespace = (SELECT oid FROM space)
          UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid, 's:' || s.oid FROM pg_statistic_ext s WHERE s.stxnamespace = (SELECT oid FROM space))
        SELECT DISTINCT f.node, t.node FROM pg_depend d JOIN node f ON f.class = d.classid AND f.id = d.objid JOIN node t ON t.class = d.refclassid AND t.id = d.refobjid WHERE f.node <> t.node
        """;

    /// <summary>On tables, views and their columns, sequences, functions and types.</summary>
    public const string Comments = """
        WITH space AS MATERIALIZED (SELECT oid FROM pg_namespace WHERE nspname = $1)
        SELECT 'c:' || c.oid, CASE WHEN d.objsubid <> 0 THEN 'COLUMN' WHEN c.relkind = 'v' THEN 'VIEW' WHEN c.relkind = 'm' THEN 'MATERIALIZED VIEW' WHEN c.relkind = 'S' THEN 'SEQUENCE' WHEN c.relkind = 'c' THEN 'TYPE' ELSE 'TABLE' END,
               quote_ident(c.relname), quote_ident(a.attname), d.description
        FROM pg_description d JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid <> 0
        WHERE c.relnamespace = (SELECT oid FROM space) AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'c')
        UNION ALL
        SELECT 'p:' || p.oid, CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), NULL, d.description
        FROM pg_description d JOIN pg_proc p ON d.classoid = 'pg_proc'::regclass AND p.oid = d.objoid WHERE p.pronamespace = (SELECT oid FROM space)
        UNION ALL
        SELECT CASE WHEN t.typrelid <> 0 THEN 'c:' || t.typrelid ELSE 't:' || t.oid END, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, quote_ident(t.typname), NULL, d.description
        FROM pg_description d JOIN pg_type t ON d.classoid = 'pg_type'::regclass AND t.oid = d.objoid WHERE t.typnamespace = (SELECT oid FROM space)
        ORDER BY 2, 3, 4
        """;

    /// <summary>Kind, name, table, text of what has no statement above: by the schema, or by a table of it.</summary>
    public const string Rest = """
        WITH space AS MATERIALIZED (SELECT oid FROM pg_namespace WHERE nspname = $1)
        SELECT o.type, o.identity, 0::bigint, NULL
        FROM pg_depend d CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) o
        WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = (SELECT oid FROM space)
          AND d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_constraint'::regclass, 'pg_statistic_ext'::regclass, 'pg_extension'::regclass)
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype IN ('e', 'i'))
        UNION ALL
        SELECT 'base type', t.typname::text, 0, NULL FROM pg_type t
        WHERE t.typnamespace = (SELECT oid FROM space) AND t.typtype = 'b' AND t.typcategory <> 'A' AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype IN ('e', 'i'))
        UNION ALL
        SELECT 'privileges', format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), 0, p.proacl::text FROM pg_proc p
        WHERE p.pronamespace = (SELECT oid FROM space) AND p.prosecdef AND p.proacl IS NOT NULL AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')
        UNION ALL
        SELECT 'rule', format('%s on %s', r.rulename, c.relname), c.oid::bigint, pg_get_ruledef(r.oid) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
        WHERE c.relnamespace = (SELECT oid FROM space) AND r.rulename <> '_RETURN'
        UNION ALL
        SELECT 'policy', format('%s on %s', p.polname, c.relname), c.oid::bigint,
               format('CREATE POLICY %I ON %I AS %s FOR %s TO %s%s%s', p.polname, c.relname, CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                      CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                      (SELECT string_agg(CASE WHEN o.role = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(o.role)) END, ', ' ORDER BY o.place) FROM unnest(p.polroles) WITH ORDINALITY o (role, place)),
                      ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = (SELECT oid FROM space)
        ORDER BY 1, 2
        """;

    /// <summary>Extensions of whose types, functions, operators or operator classes something of the schema makes use, and whether they stand in it.</summary>
    public const string Extensions = """
        WITH space AS MATERIALIZED (SELECT oid FROM pg_namespace WHERE nspname = $1),
        mine AS MATERIALIZED (
          SELECT 'pg_class'::regclass::oid AS class, c.oid AS id FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM space)
          UNION ALL SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p WHERE p.pronamespace = (SELECT oid FROM space)
          UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type t WHERE t.typnamespace = (SELECT oid FROM space)
          UNION ALL SELECT 'pg_constraint'::regclass, k.oid FROM pg_constraint k WHERE k.connamespace = (SELECT oid FROM space)
          UNION ALL SELECT 'pg_attrdef'::regclass, d.oid FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid WHERE c.relnamespace = (SELECT oid FROM space)
          UNION ALL SELECT 'pg_rewrite'::regclass, r.oid FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = (SELECT oid FROM space)
          UNION ALL SELECT 'pg_trigger'::regclass, g.oid FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid WHERE c.relnamespace = (SELECT oid FROM space))
        SELECT DISTINCT x.extname::text, x.extnamespace = (SELECT oid FROM space)
        FROM mine m JOIN pg_depend d ON d.classid = m.class AND d.objid = m.id JOIN pg_depend e ON e.classid = d.refclassid AND e.objid = d.refobjid AND e.deptype = 'e' JOIN pg_extension x ON x.oid = e.refobjid
        WHERE NOT EXISTS (SELECT FROM pg_depend o WHERE o.classid = m.class AND o.objid = m.id AND o.deptype = 'e')
        ORDER BY 1
        """;
}
