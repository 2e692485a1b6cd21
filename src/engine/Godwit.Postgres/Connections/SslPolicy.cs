using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections;

/// <summary>libpq's sslmode (https://www.postgresql.org/docs/current/libpq-ssl.html) in Npgsql's terms.</summary>
internal static class SslPolicy
{
    public static Dictionary<string, SslMode> Modes { get; } = new(StringComparer.Ordinal)
    {
        ["disable"] = SslMode.Disable,
        ["allow"] = SslMode.Allow,
        ["prefer"] = SslMode.Prefer,
        ["require"] = SslMode.Require,
        ["verify-ca"] = SslMode.VerifyCA,
        ["verify-full"] = SslMode.VerifyFull,
    };

    public static string NameOf(SslMode mode) => Modes.First(m => m.Value == mode).Key;

    /// <summary>Sets what the URL asks for; a finding when that cannot be kept.</summary>
    public static Finding? Apply(PostgresUrl url, PostgresHost host, ConnectionEnvironment environment, NpgsqlConnectionStringBuilder builder)
    {
        // libpq does not use TLS on a unix socket, whatever the mode.
        if (host.IsSocket)
        {
            builder.SslMode = SslMode.Disable;
            return null;
        }

        builder.SslMode = url.Ssl;
        if (url.DirectSsl)
            builder.SslNegotiation = SslNegotiation.Direct;
        if (url.ClientCertificate is { } certificate)
            builder.SslCertificate = certificate;
        if (url.ClientKey is { } key)
            builder.SslKey = key;
        if (url.Ssl is SslMode.Disable or SslMode.Allow or SslMode.Prefer || url.RootCertificate == "system")
            return null;

        var root = url.RootCertificate ?? Path.Combine(environment.Home, ".postgresql", "root.crt");
        if (File.Exists(root))
        {
            // With a root certificate at hand, libpq's require is verify-ca.
            if (url.Ssl == SslMode.Require)
                builder.SslMode = SslMode.VerifyCA;
            builder.RootCertificate = root;
        }
        else if (url.Ssl != SslMode.Require)
        {
            return Finding.Error(
                FindingCodes.BadUrl,
                $"sslmode={NameOf(url.Ssl)} needs the root certificate, and there is no file {root}",
                remedy: "Name it with sslrootcert=FILE, or use sslrootcert=system for a certificate of a public authority");
        }

        return url.Ssl == SslMode.VerifyFull && host.Address is not null && host.Address != host.Name
            ? Finding.Error(FindingCodes.BadUrl, "hostaddr with another host name cannot be combined with sslmode=verify-full", remedy: "Leave hostaddr out")
            : null;
    }
}
