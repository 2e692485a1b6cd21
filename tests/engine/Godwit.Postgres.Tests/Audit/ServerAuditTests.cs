using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Godwit.Engine.Audit;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Audit;

/// <summary>What only the settings of a whole server show.</summary>
public sealed class ServerAuditTests(AuditServer server) : IClassFixture<AuditServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_other_machines_reach_needs_TLS_and_a_new_version_of_it()
    {
        await using var open = await PostgresServer.StartAsync(PostgresVersions.Default, settings: new Dictionary<string, string>(StringComparer.Ordinal) { ["listen_addresses"] = "0.0.0.0", ["ssl_min_protocol_version"] = "TLSv1" }, cancellationToken: Token);
        var database = await open.CreateDatabaseAsync(Token);
        var weak = await LookAsync(database);
        Assert.Equal(("ssl = off", "listen_addresses = 0.0.0.0", AuditState.Holds), (weak["db.ssl"].Subjects[0], weak["db.listen-addresses"].Subjects[0], weak["db.ssl-version"].State));
        await TurnOnTlsAsync(database);
        var tls = await LookAsync(database);
        Assert.Equal((AuditState.Holds, "ssl_min_protocol_version = TLSv1"), (tls["db.ssl"].State, tls["db.ssl-version"].Subjects[0]));
        await database.ExecuteAsync("ALTER SYSTEM SET ssl_min_protocol_version = 'TLSv1.3'", superuser: true);
        await database.ExecuteAsync("SELECT pg_reload_conf()", superuser: true);
        Assert.Equal(AuditState.Holds, (await LookAsync(database))["db.ssl-version"].State);
    }

    [Fact]
    public async Task A_server_of_this_machine_alone_needs_none()
    {
        var answers = await server.LookAsync(await server.CreateAsync(), "plain", new DatabaseAuditSettings());
        Assert.Equal((AuditState.Holds, AuditState.Holds), (answers["db.ssl"].State, answers["db.listen-addresses"].State));
    }

    private static async Task<Dictionary<string, AuditAnswer>> LookAsync(TestDatabase database)
    {
        var reading = await Connections.Reaching.ReachAsync(database);
        await using var session = new Postgres.Audit.ConnectionAuditSession(reading.Target!);
        return (await new Postgres.Audit.PostgresDatabaseAudit().LookAsync(new DatabaseAuditSettings(), session, Token)).ToDictionary(a => a.Check.Id, StringComparer.Ordinal);
    }

    /// <summary>The server itself writes the files, so that they are its own.</summary>
    private static async Task TurnOnTlsAsync(TestDatabase database)
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(10));
        foreach (var (name, text) in new[] { ("server.crt", certificate.ExportCertificatePem()), ("server.key", key.ExportPkcs8PrivateKeyPem()) })
        {
            var file = Path.Combine(((PostgresServer)database.Server).DataFolder, name);
            await database.ExecuteAsync($"COPY (SELECT unnest(string_to_array('{text}', E'\\n'))) TO '{file}'", superuser: true);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        await database.ExecuteAsync("ALTER SYSTEM SET ssl = on", superuser: true);
        await database.ExecuteAsync("SELECT pg_reload_conf()", superuser: true);
    }
}
