using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;
using Godwit.TestServers;
using static Godwit.Postgres.Tests.Connections.Reaching;

namespace Godwit.Postgres.Tests.Connections;

public sealed class SslPolicyTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("godwit-tls-").FullName;

    public SslPolicyTests() =>
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Each_sslmode_demands_what_it_says()
    {
        var authority = WriteServerCertificate();
        await using var server = await PostgresServer.StartAsync(
            PostgresVersions.Default,
            settings: new Dictionary<string, string>
            {
                ["ssl"] = "on", ["ssl_cert_file"] = Path.Combine(folder, "server.crt"), ["ssl_key_file"] = Path.Combine(folder, "server.key"),
            },
            cancellationToken: Token);
        var database = await server.CreateDatabaseAsync(Token);
        var root = Uri.EscapeDataString(authority);
        var other = Uri.EscapeDataString(WriteOtherAuthority());

        Assert.Equal("off", await TlsAsync("sslmode=disable"));
        Assert.Equal("off", await TlsAsync("sslmode=allow"));
        Assert.Equal("on", await TlsAsync("sslmode=prefer"));
        Assert.Equal("on", await TlsAsync("sslmode=require"));
        Assert.Equal("on", await TlsAsync($"sslmode=verify-ca&sslrootcert={root}"));
        Assert.Equal("refused", await TlsAsync($"sslmode=verify-ca&sslrootcert={other}"));
        // With a root certificate, require verifies it too.
        Assert.Equal("refused", await TlsAsync($"sslmode=require&sslrootcert={other}"));
        Assert.Equal("refused", await TlsAsync($"sslmode=verify-full&sslrootcert={other}", "localhost"));
        Assert.Equal("on", await TlsAsync($"sslmode=verify-full&sslrootcert={root}", "localhost"));
        // The certificate names localhost, not the address.
        Assert.Equal("refused", await TlsAsync($"sslmode=verify-full&sslrootcert={root}"));
        Assert.Equal("refused", await TlsAsync("sslmode=verify-full&sslrootcert=system", "localhost"));

        async Task<string> TlsAsync(string parameters, string host = "127.0.0.1")
        {
            var reading = await ReachAsync(database, $"postgres://godwit@{host}:{server.Port}/{database.Name}?{parameters}");
            if (reading.Target is null)
                return reading.Findings[0].Message.Contains("certificate", StringComparison.OrdinalIgnoreCase) ? "refused" : reading.Findings[0].Message;
            await using var source = reading.Target.OpenSource(Session());
            await using var connection = await source.OpenAsync(Token);
            await using var command = new Npgsql.NpgsqlCommand("SELECT CASE WHEN ssl THEN 'on' ELSE 'off' END FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid()", connection);
            return (string)(await command.ExecuteScalarAsync(Token))!;
        }
    }

    private string WriteServerCertificate()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = Authority("CN=Test authority", authorityKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, new DateTimeOffset(authority.NotBefore), new DateTimeOffset(authority.NotAfter), [1, 2, 3, 4]);
        File.WriteAllText(Path.Combine(folder, "server.crt"), certificate.ExportCertificatePem());
        var keyFile = Path.Combine(folder, "server.key");
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        ServerAccount.Current().Own(keyFile);
        return Write("authority.crt", authority);
    }

    private string WriteOtherAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = Authority("CN=Another authority", key);
        return Write("other.crt", authority);
    }

    private string Write(string name, X509Certificate2 certificate)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }

    private static X509Certificate2 Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    }
}
