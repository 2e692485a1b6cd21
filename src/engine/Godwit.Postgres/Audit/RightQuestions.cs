namespace Godwit.Postgres.Audit;

/// <summary>What everybody may do, and to whom things belong: https://www.postgresql.org/docs/current/ddl-priv.html</summary>
internal static class RightQuestions
{
    /// <summary>Of users, not of the server, of Godwit, or of an extension.</summary>
    private const string Users = "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'godwit')";

    private static string NotOfExtension(string catalog) => $"NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.{catalog}'::regclass AND e.objid = o.oid AND e.deptype = 'e')";

    public static IReadOnlyList<DatabaseQuestion> All { get; } =
    [
        DatabaseQuestion.Error(
            "db.public-create", "Everybody may make objects in a schema", "Whoever can log in can put a function or table where another's query finds it first (CVE-2018-1058).",
            "REVOKE CREATE ON SCHEMA … FROM PUBLIC.",
            "SELECT DISTINCT 'schema ' || nspname FROM pg_catalog.pg_namespace, pg_catalog.aclexplode(coalesce(nspacl, pg_catalog.acldefault('n', nspowner))) a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE' AND nspname !~ '^pg_' ORDER BY 1"),
        DatabaseQuestion.Warning(
            "db.public-connect", "Everybody may connect to the database", "A role that was made for another database of the server gets in here too.",
            "REVOKE CONNECT ON DATABASE … FROM PUBLIC, and grant it to those who need it.",
            "SELECT 'database ' || datname FROM pg_catalog.pg_database, pg_catalog.aclexplode(coalesce(datacl, pg_catalog.acldefault('d', datdba))) a WHERE datname = current_database() AND a.grantee = 0 AND a.privilege_type = 'CONNECT'"),
        DatabaseQuestion.Error(
            "db.public-table", "Everybody has rights on a table", "Whoever can log in reads or writes it.", "REVOKE ALL ON TABLE … FROM PUBLIC.",
            $"""
            SELECT 'relation ' || n.nspname || '.' || o.relname || ': ' || string_agg(DISTINCT a.privilege_type, ', ' ORDER BY a.privilege_type)
            FROM pg_catalog.pg_class o JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace, pg_catalog.aclexplode(o.relacl) a
            WHERE a.grantee = 0 AND {Users} AND {NotOfExtension("pg_class")} GROUP BY n.nspname, o.relname
            UNION ALL
            SELECT 'column ' || n.nspname || '.' || o.relname || '.' || c.attname || ': ' || string_agg(DISTINCT a.privilege_type, ', ' ORDER BY a.privilege_type)
            FROM pg_catalog.pg_attribute c JOIN pg_catalog.pg_class o ON o.oid = c.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace, pg_catalog.aclexplode(c.attacl) a
            WHERE a.grantee = 0 AND NOT c.attisdropped AND {Users} AND {NotOfExtension("pg_class")} GROUP BY n.nspname, o.relname, c.attname
            ORDER BY 1
            """),
        DatabaseQuestion.Warning(
            "db.definer-public", "Everybody may execute a SECURITY DEFINER function", "It works with its owner's rights for whoever can log in; PUBLIC has EXECUTE unless it is taken away.",
            "REVOKE EXECUTE ON FUNCTION … FROM PUBLIC, and grant it to those who need it.",
            $"""
            SELECT DISTINCT 'function ' || n.nspname || '.' || o.proname || '(' || pg_catalog.pg_get_function_identity_arguments(o.oid) || ')'
            FROM pg_catalog.pg_proc o JOIN pg_catalog.pg_namespace n ON n.oid = o.pronamespace, pg_catalog.aclexplode(coalesce(o.proacl, pg_catalog.acldefault('f', o.proowner))) a
            WHERE o.prosecdef AND a.grantee = 0 AND {Users} AND {NotOfExtension("pg_proc")} ORDER BY 1
            """),
        DatabaseQuestion.Error(
            "db.definer-path", "A SECURITY DEFINER function has no search_path of its own", "Its caller chooses what the names in it mean, and acts with its owner's rights.",
            "ALTER FUNCTION … SET search_path = pg_catalog, pg_temp, and qualify the names in it.",
            $"""
            SELECT 'function ' || n.nspname || '.' || o.proname || '(' || pg_catalog.pg_get_function_identity_arguments(o.oid) || ')'
            FROM pg_catalog.pg_proc o JOIN pg_catalog.pg_namespace n ON n.oid = o.pronamespace
            WHERE o.prosecdef AND {Users} AND {NotOfExtension("pg_proc")} AND NOT EXISTS (SELECT FROM unnest(o.proconfig) c WHERE c LIKE 'search_path=%') ORDER BY 1
            """),
        DatabaseQuestion.Warning(
            "db.owner", "Objects belong to a role that should own none", "What belongs to a superuser runs with its rights: views, functions and rules of it do.",
            "ALTER … OWNER TO a role that cannot log in and has no powers; list others under owners.",
            $"""
            SELECT DISTINCT kind || ' in ' || schema || ' of ' || r.rolname FROM (
                SELECT 'relations' AS kind, n.nspname AS schema, o.relowner AS owner FROM pg_catalog.pg_class o JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace
                WHERE o.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND {Users} AND {NotOfExtension("pg_class")}
                UNION ALL
                SELECT 'functions', n.nspname, o.proowner FROM pg_catalog.pg_proc o JOIN pg_catalog.pg_namespace n ON n.oid = o.pronamespace WHERE {Users} AND {NotOfExtension("pg_proc")}
                UNION ALL
                SELECT 'schema', n.nspname, n.nspowner FROM pg_catalog.pg_namespace n WHERE {Users} AND n.nspname <> 'public'
            ) o JOIN pg_catalog.pg_roles r ON r.oid = o.owner
            WHERE CASE WHEN cardinality($1::text[]) > 0 THEN r.rolname <> ALL ($1) ELSE r.rolsuper END ORDER BY 1
            """).With(s => s.Owners),
        DatabaseQuestion.Warning(
            "db.default-privileges", "Everybody gets rights on objects that are yet to be made", "Each new table or function is open from its first moment.",
            "ALTER DEFAULT PRIVILEGES FOR ROLE … REVOKE … FROM PUBLIC.",
            """
            SELECT DISTINCT 'role ' || pg_catalog.pg_get_userbyid(d.defaclrole) || coalesce(' in ' || n.nspname, '') || ': '
                || CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' ELSE 'schemas' END || ', ' || a.privilege_type
            FROM pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace, pg_catalog.aclexplode(d.defaclacl) a
            WHERE a.grantee = 0 AND d.defaclobjtype IN ('r', 'S', 'n') ORDER BY 1
            """),
        DatabaseQuestion.Error(
            "db.row-security", "A table that needs row security has none", "Rows of one tenant are seen by another as soon as one query forgets its condition.",
            "ALTER TABLE … ENABLE ROW LEVEL SECURITY, with policies; FORCE it where the application's role is the owner.",
            """
            SELECT 'relation ' || n.nspname || '.' || o.relname FROM pg_catalog.pg_class o JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace
            WHERE o.relkind IN ('r', 'p') AND NOT o.relrowsecurity AND (n.nspname || '.' || o.relname = ANY ($1) OR n.nspname || '.*' = ANY ($1))
            UNION ALL
            SELECT 'relation ' || name || ' is not there' FROM unnest($1::text[]) AS name
            WHERE name NOT LIKE '%.*' AND NOT EXISTS (SELECT FROM pg_catalog.pg_class o JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace WHERE o.relkind IN ('r', 'p') AND n.nspname || '.' || o.relname = name)
            ORDER BY 1
            """).For(s => s.RowSecurity, "row_security"),
        DatabaseQuestion.Warning(
            "db.untrusted-extension", "An extension or language is installed that only a superuser could install", "Such code can read files and other databases, past every right.",
            "DROP EXTENSION … where nobody needs it; list the others under extensions.",
            """
            SELECT 'extension ' || e.extname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.extname AND v.version = e.extversion
            WHERE v.superuser AND NOT v.trusted AND e.extname <> ALL ($1)
            UNION
            SELECT 'language ' || l.lanname FROM pg_catalog.pg_language l WHERE l.lanispl AND NOT l.lanpltrusted AND l.lanname <> ALL ($1)
            ORDER BY 1
            """).With(s => s.Extensions),
    ];
}
