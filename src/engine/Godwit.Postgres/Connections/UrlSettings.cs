namespace Godwit.Postgres.Connections;

/// <summary>libpq's parameters, and what Godwit makes of them.</summary>
internal static class UrlSettings
{
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

    /// <summary>Taken without effect: Godwit names its sessions itself, and the rest only tunes libpq.</summary>
    public static readonly IReadOnlySet<string> WithoutEffect = new HashSet<string>(StringComparer.Ordinal)
    {
        "application_name", "fallback_application_name", "keepalives_count", "tcp_user_timeout", "sslsni", "sslcompression",
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
