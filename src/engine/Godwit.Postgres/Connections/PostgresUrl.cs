using System.Text;
using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections;

/// <summary>
/// A postgres:// URL with libpq's defaults filled in (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS).
/// It never holds a password, so it may be printed and stored.
/// </summary>
public sealed record PostgresUrl
{
    /// <summary>At least one.</summary>
    public required IReadOnlyList<PostgresHost> Hosts { get; init; }

    public required string User { get; init; }

    public required string Database { get; init; }

    public SslMode Ssl { get; init; } = SslMode.Prefer;

    /// <summary>The file of <c>sslrootcert</c>, or <c>system</c>.</summary>
    public string? RootCertificate { get; init; }

    public string? ClientCertificate { get; init; }

    public string? ClientKey { get; init; }

    /// <summary>TLS without the server's asking first (<c>sslnegotiation=direct</c>, PostgreSQL 17).</summary>
    public bool DirectSsl { get; init; }

    public ChannelBinding ChannelBinding { get; init; } = ChannelBinding.Prefer;

    /// <summary>Authentication methods as <c>require_auth</c> lists them.</summary>
    public string? RequireAuth { get; init; }

    /// <summary>Seconds; null for Godwit's default, 0 for no limit.</summary>
    public int? ConnectTimeout { get; init; }

    public bool KeepAlives { get; init; } = true;

    /// <summary>Seconds of silence before a probe.</summary>
    public int? KeepAlivesIdle { get; init; }

    /// <summary>Seconds between probes.</summary>
    public int? KeepAlivesInterval { get; init; }

    /// <summary>Settings for the server session, none of which takes a promise from a move; Godwit's own come after and win.</summary>
    public string? Options { get; init; }

    public SessionDemand Demand { get; init; }

    /// <summary>Try the hosts in random order.</summary>
    public bool LoadBalance { get; init; }

    /// <summary>The password file of the <c>passfile</c> parameter.</summary>
    public string? PassFile { get; init; }

    /// <summary>Reads a URL. Everything that is wrong is a finding; no finding repeats text of the URL that could be part of a password.</summary>
    public static PostgresUrlReading Parse(string text, ConnectionEnvironment? environment = null) =>
        new PostgresUrlParser(environment ?? ConnectionEnvironment.Process).Parse(text);

    /// <summary>The URL in a form that parses to the same servers, user and database.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("postgres://").Append(Uri.EscapeDataString(User)).Append('@');
        text.AppendJoin(',', Hosts.Select(h =>
            (h.IsSocket || !h.Name.Contains(':', StringComparison.Ordinal) ? Uri.EscapeDataString(h.Name) : $"[{h.Name}]") + $":{h.Port}"));
        text.Append('/').Append(Uri.EscapeDataString(Database));
        if (Ssl != SslMode.Prefer)
            text.Append("?sslmode=").Append(SslPolicy.NameOf(Ssl));
        return text.ToString();
    }
}

/// <summary>A URL, or what is wrong with the text. <see cref="Url"/> is null exactly when a finding is an error.</summary>
public sealed record PostgresUrlReading(PostgresUrl? Url, IReadOnlyList<Finding> Findings);
