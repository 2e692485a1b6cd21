namespace Godwit.Postgres.Audit;

/// <summary>How one gets in, and what the server writes down: https://www.postgresql.org/docs/current/auth-pg-hba-conf.html, https://www.postgresql.org/docs/current/runtime-config-logging.html</summary>
internal static class ServerQuestions
{
    private const string HbaNeeds = "superuser, or SELECT on pg_hba_file_rules and EXECUTE on pg_hba_file_rules()";

    private const string Rule = "SELECT 'pg_hba.conf line ' || line_number || ': ' || type || ' ' || auth_method FROM pg_catalog.pg_hba_file_rules WHERE";

    private const string Loopback = "(address IN ('samehost', 'localhost') OR address LIKE '127.%' OR address = '::1')";

    /// <summary>No other machine reaches these; an empty text listens to none.</summary>
    private const string Elsewhere = "trim(address) NOT IN ('', 'localhost', '127.0.0.1', '::1')";

    public static IReadOnlyList<DatabaseQuestion> All { get; } =
    [
        DatabaseQuestion.Error(
            "db.tls-connection", "This connection has no TLS", "Whoever is on the way reads and changes all that is moved.", "Connect with sslmode=verify-full, and the server's authority in sslrootcert.",
            "SELECT 'this connection' FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid() AND NOT ssl AND inet_client_addr() IS NOT NULL AND NOT inet_client_addr() <<= ANY ($1::inet[])").With(s => s.PrivateNetworks),
        DatabaseQuestion.Warning(
            "db.tls-others", "Another connection has no TLS", "Whoever is on the way reads it.", "Use hostssl instead of host in pg_hba.conf, and sslmode=verify-full in the clients.",
            """
            SELECT DISTINCT 'role ' || a.usename FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_stat_ssl s ON s.pid = a.pid
            WHERE a.pid <> pg_backend_pid() AND NOT s.ssl AND a.client_addr IS NOT NULL AND NOT a.client_addr <<= ANY ($1::inet[])
            UNION ALL
            SELECT NULL WHERE NOT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AND EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE usename <> current_user)
            """, "pg_read_all_stats").With(s => s.PrivateNetworks),
        DatabaseQuestion.Error(
            "db.ssl", "The server takes connections of other machines and has no TLS", "Passwords and data go over the network as they are.", "Set ssl = on, with a certificate.",
            $"SELECT 'ssl = off' WHERE current_setting('ssl') = 'off' AND EXISTS (SELECT FROM string_to_table(current_setting('listen_addresses'), ',') AS address WHERE {Elsewhere})"),
        DatabaseQuestion.Warning(
            "db.ssl-version", "The server agrees to an old version of TLS", "TLS 1.0 and 1.1 are broken and withdrawn (RFC 8996).", "Set ssl_min_protocol_version = 'TLSv1.2', or TLSv1.3.",
            "SELECT 'ssl_min_protocol_version = ' || current_setting('ssl_min_protocol_version') WHERE current_setting('ssl') = 'on' AND current_setting('ssl_min_protocol_version') NOT IN ('TLSv1.2', 'TLSv1.3')"),
        DatabaseQuestion.Error(
            "db.password-encryption", "New passwords are kept as MD5", "The hash itself is enough to log in, and is guessed a thousand times faster than SCRAM's.", "Set password_encryption = 'scram-sha-256', and set the passwords anew.",
            "SELECT 'password_encryption = ' || current_setting('password_encryption') WHERE current_setting('password_encryption') <> 'scram-sha-256'"),
        DatabaseQuestion.Error(
            "db.hba-trust", "pg_hba.conf lets somebody in without asking who it is", "Whoever reaches the port or socket is any role they name.", "Use scram-sha-256 or cert, and peer for sockets.",
            $"{Rule} auth_method = 'trust' ORDER BY line_number", HbaNeeds),
        DatabaseQuestion.Error(
            "db.hba-password", "pg_hba.conf asks for passwords as they are, or believes what the other machine says", "Whoever is on the way, or runs that machine, is in.", "Use scram-sha-256 or cert.",
            $"{Rule} (auth_method = 'ident' AND type <> 'local' OR auth_method = 'password') ORDER BY line_number", HbaNeeds),
        DatabaseQuestion.Warning(
            "db.hba-everywhere", "pg_hba.conf takes connections from anywhere", "What keeps strangers away is then a firewall alone, if there is one.", "Name the networks that the application's machines are in.",
            $"{Rule} type LIKE 'host%' AND auth_method <> 'reject' AND (address = 'all' OR address = '0.0.0.0' AND netmask = '0.0.0.0' OR address = '::' AND netmask = '::') ORDER BY line_number", HbaNeeds),
        DatabaseQuestion.Warning(
            "db.hba-plain", "pg_hba.conf takes connections of other machines without TLS", "A client that does not ask for TLS does not get it.", "Write hostssl instead of host.",
            $"{Rule} type IN ('host', 'hostnossl') AND auth_method <> 'reject' AND NOT coalesce({Loopback}, false) ORDER BY line_number", HbaNeeds),
        DatabaseQuestion.Warning(
            "db.listen-addresses", "The server listens on all addresses", "It is reached from networks that nobody thought of.", "Set listen_addresses to those that the application's machines use.",
            "SELECT 'listen_addresses = ' || current_setting('listen_addresses') WHERE EXISTS (SELECT FROM string_to_table(current_setting('listen_addresses'), ',') AS address WHERE trim(address) IN ('*', '0.0.0.0', '::'))"),
        DatabaseQuestion.Warning(
            "db.log-parameters", "Values of parameters go into the server's log", "Personal data and secrets are then in files that no erasure reaches.",
            "Set log_parameter_max_length = 0 and log_parameter_max_length_on_error = 0, or log no statements.",
            """
            SELECT name || ' with log_parameter_max_length = ' || current_setting('log_parameter_max_length') FROM (VALUES ('log_statement'), ('log_min_duration_statement'), ('log_min_duration_sample')) AS setting(name)
            WHERE current_setting('log_parameter_max_length') <> '0' AND current_setting(name) NOT IN ('none', '-1') AND (name <> 'log_statement' OR current_setting(name) IN ('mod', 'all'))
            UNION ALL
            SELECT 'log_parameter_max_length_on_error = ' || current_setting('log_parameter_max_length_on_error') WHERE current_setting('log_parameter_max_length_on_error') <> '0'
            ORDER BY 1
            """),
    ];
}
