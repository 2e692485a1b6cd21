namespace Godwit.Postgres.Audit;

/// <summary>Who may do what beyond tables: https://www.postgresql.org/docs/current/role-attributes.html, https://www.postgresql.org/docs/current/predefined-roles.html</summary>
internal static class RoleQuestions
{
    private const string Powers =
        "concat_ws(', ', CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolreplication THEN 'REPLICATION' END)";

    public static IReadOnlyList<DatabaseQuestion> All { get; } =
    [
        DatabaseQuestion.Error(
            "db.superuser", "A role that may log in is a superuser", "It passes every check of rights there is, and can run programs on the server.",
            "ALTER ROLE … NOSUPERUSER; list those that have to be under administrators.",
            // The role that initdb made is there always, and has OID 10 (BOOTSTRAP_SUPERUSERID).
            "SELECT 'role ' || rolname FROM pg_catalog.pg_roles WHERE rolsuper AND rolcanlogin AND oid <> 10 AND rolname <> ALL ($1) ORDER BY 1").With(s => s.Administrators),
        DatabaseQuestion.Warning(
            "db.role-powers", "A role has powers over others", "CREATEROLE, CREATEDB, BYPASSRLS and REPLICATION each lead to data that was granted to nobody.",
            "ALTER ROLE … NOCREATEROLE NOCREATEDB NOBYPASSRLS NOREPLICATION; list those that need them under administrators.",
            $"SELECT 'role ' || rolname || ': ' || {Powers} FROM pg_catalog.pg_roles WHERE NOT rolsuper AND (rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication) AND rolname <> ALL ($1) ORDER BY 1").With(s => s.Administrators),
        DatabaseQuestion.Error(
            "db.application-power", "A role of the application has powers", "A hole in the application is then one in the whole server.",
            "Let the application connect as a role without attributes, that is a member of nothing with more rights than it.",
            $"""
            SELECT 'role ' || name || ' is not there' FROM unnest($1::text[]) AS name WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name)
            UNION ALL
            SELECT 'role ' || rolname || ': ' || {Powers} FROM pg_catalog.pg_roles WHERE rolname = ANY ($1) AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
            UNION ALL
            SELECT 'role ' || a.rolname || ': member of ' || m.rolname FROM pg_catalog.pg_roles a JOIN pg_catalog.pg_roles m ON m.oid <> a.oid AND pg_catalog.pg_has_role(a.oid, m.oid, 'MEMBER')
            WHERE a.rolname = ANY ($1) AND NOT a.rolsuper
                AND (m.rolsuper OR m.rolbypassrls OR m.rolcreaterole OR m.rolreplication
                    OR m.rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files', 'pg_read_all_data', 'pg_write_all_data', 'pg_signal_backend'))
            ORDER BY 1
            """).For(s => s.ApplicationRoles, "application_roles"),
        DatabaseQuestion.Error(
            "db.application-owner", "A role of the application owns objects", "An owner passes row security, grants to whom it likes, and may drop and alter: a hole in the application does too.",
            "Let another role own them, and grant the application what it needs.",
            """
            SELECT 'database ' || datname FROM pg_catalog.pg_database WHERE datname = current_database() AND pg_catalog.pg_get_userbyid(datdba) = ANY ($1)
            UNION ALL
            SELECT 'schema ' || nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND pg_catalog.pg_get_userbyid(nspowner) = ANY ($1)
            UNION ALL
            SELECT 'relations in ' || nspname || ' of ' || pg_catalog.pg_get_userbyid(relowner) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE nspname !~ '^pg_' AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND pg_catalog.pg_get_userbyid(relowner) = ANY ($1)
            UNION ALL
            SELECT 'functions in ' || nspname || ' of ' || pg_catalog.pg_get_userbyid(proowner) FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            WHERE nspname !~ '^pg_' AND pg_catalog.pg_get_userbyid(proowner) = ANY ($1)
            ORDER BY 1
            """).For(s => s.ApplicationRoles, "application_roles"),
        DatabaseQuestion.Warning(
            "db.expired-role", "The password of a role has expired", "A role that nobody can use any more is one that nobody looks after.", "DROP ROLE …, or give it a new password and VALID UNTIL.",
            "SELECT 'role ' || rolname FROM pg_catalog.pg_roles WHERE rolcanlogin AND rolvaliduntil < now() ORDER BY 1"),
        DatabaseQuestion.Error(
            "db.md5-password", "A password is kept as MD5", "The hash itself is enough to log in, and is guessed a thousand times faster than SCRAM's.",
            "Set password_encryption = 'scram-sha-256', and set the password anew.",
            "SELECT 'role ' || rolname FROM pg_catalog.pg_authid WHERE rolpassword LIKE 'md5%' ORDER BY 1", "superuser, or SELECT on pg_authid"),
    ];
}
