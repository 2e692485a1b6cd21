namespace Godwit.Postgres.Connections;

/// <summary>libpq's parameters, and what Godwit makes of them.</summary>
internal static class UrlSettings
{
    private const string OwnNames = "Godwit names its sessions itself, and a takeover finds them by that";

    /// <summary>Read from the URL, else from the variable when there is one (https://www.postgresql.org/docs/current/libpq-envars.html).</summary>
    public static readonly IReadOnlyDictionary<string, string?> Known = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["host"] = "PGHOST",
        ["hostaddr"] = "PGHOSTADDR",
        ["port"] = "PGPORT",
        ["dbname"] = "PGDATABASE",
        ["user"] = "PGUSER",
        ["passfile"] = null,
        ["connect_timeout"] = "PGCONNECT_TIMEOUT",
        ["options"] = "PGOPTIONS",
        ["sslmode"] = "PGSSLMODE",
        ["sslrootcert"] = "PGSSLROOTCERT",
        ["sslcert"] = "PGSSLCERT",
        ["sslkey"] = "PGSSLKEY",
        ["sslnegotiation"] = "PGSSLNEGOTIATION",
        ["channel_binding"] = "PGCHANNELBINDING",
        ["require_auth"] = "PGREQUIREAUTH",
        ["target_session_attrs"] = "PGTARGETSESSIONATTRS",
        ["load_balance_hosts"] = "PGLOADBALANCEHOSTS",
        ["keepalives"] = null,
        ["keepalives_idle"] = null,
        ["keepalives_interval"] = null,
    };

    /// <summary>Taken without effect, which a note says: each with the reason.</summary>
    public static readonly IReadOnlyDictionary<string, string> WithoutEffect = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["application_name"] = OwnNames,
        ["fallback_application_name"] = OwnNames,
        ["keepalives_count"] = "the system's own number of probes is used",
        ["tcp_user_timeout"] = "keepalives and the lease tell when a connection is gone",
        ["sslsni"] = "the server's name is always sent",
        ["sslcompression"] = "TLS compression is never used",
    };

    /// <summary>What <c>require_auth</c> may name, and what Npgsql calls it.</summary>
    public static readonly IReadOnlyDictionary<string, string> AuthenticationMethods = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["password"] = "Password", ["md5"] = "MD5", ["gss"] = "GSS", ["sspi"] = "SSPI", ["scram-sha-256"] = "ScramSHA256", ["none"] = "None",
    };

    /// <summary>Taken only with a value that asks for what Godwit does anyway.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> OnlyWith = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["client_encoding"] = ["UTF8", "UTF-8", "utf8", "utf-8", "auto"],
        ["gssencmode"] = ["disable", "prefer"],
        ["replication"] = ["false", "off", "no", "0"],
        ["sslcertmode"] = ["allow"],
    };

    /// <summary>libpq knows them, Godwit does not: ignoring one could weaken what was asked for.</summary>
    public static readonly IReadOnlySet<string> NotSupported = new HashSet<string>(StringComparer.Ordinal)
    {
        "sslcrl", "sslcrldir", "requirepeer", "ssl_min_protocol_version", "ssl_max_protocol_version", "min_protocol_version", "max_protocol_version",
        "krbsrvname", "gsslib", "gssdelegation", "service", "servicefile", "sslkeylogfile", "oauth_issuer", "oauth_client_id", "oauth_scope",
    };

    /// <summary>A parameter's name where it is safe to repeat: an odd one may be the tail of a password.</summary>
    public static string? Printable(string name) =>
        name.Length is > 0 and <= 32 && name.All(c => char.IsAsciiLetterLower(c) || c == '_') ? name : null;
}
