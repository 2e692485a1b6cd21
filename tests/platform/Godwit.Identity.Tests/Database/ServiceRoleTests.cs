using System.Net;
using Godwit.Identity.Audit;
using Godwit.Identity.Tests.Erasure;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Identity.Tests.Database;

/// <summary>The service needs a role that may do what it does and nothing else.</summary>
public sealed class ServiceRoleTests(IdentityTemplate template)
{
    private const string Ada = "ada@example.org", Eve = "eve@example.org", Password = "RoleOfTheService1";

    [Fact]
    [Trait("ASVS", "13.2.2")]
    public async Task The_service_works_under_a_role_that_makes_no_table_and_changes_no_event()
    {
        var (database, role) = await AllowedAsync();
        await database.ExecuteAsync("CREATE TABLE identity.user_security_events_2020_01 PARTITION OF identity.user_security_events FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2020-02-01 00:00:00+00')");
        await using (var host = await IdentityHost.OnAsync(template, database, ("IDENTITY_ERASURE_HOURS", "0"), ("DATABASE_URL", UrlOf(database, role)), ("PGPASSFILE", PassFileOf(role))))
        {
            var user = await host.MakeAccountAsync(Ada);
            await host.MakeAccountAsync(Eve);
            var (ada, eve) = (await host.SignInAsync(Ada), await host.SignInAsync(Eve));
            await SecondFactor.SetUpAsync(host, eve);
            Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/refresh", $$"""{"refreshToken":"{{eve.Refresh}}"}""")).Status);
            await host.PostAsync("/v1/me/consents", """{"type":"marketing","granted":true}""", ada.Access);
            Assert.Equal(HttpStatusCode.Created, (await host.PostAsync("/v1/me/data-requests", """{"type":"access"}""", eve.Access)).Status);
            Assert.Equal(HttpStatusCode.NoContent, (await host.PostAsync("/v1/auth/password/change", $$"""{"currentPassword":"{{IdentityHost.Password}}","newPassword":"another sentence of mine"}""", ada.Access)).Status);
            await ErasureTests.EraseAsync(host, ada, user);
            await Patience.UntilAsync(async () => await database.ScalarAsync<bool>("SELECT count(*) = 1 FROM identity.data_subject_requests WHERE request_type = 'access' AND status = 'completed'"));
            // Retention and sealing.
            await Patience.UntilAsync(async () => await database.ScalarAsync<bool>("SELECT to_regclass('identity.user_security_events_2020_01') IS NULL"));
            await Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE block IS NULL") == 0);
            Assert.DoesNotContain("permission denied", host.Platform.Log.Text, StringComparison.Ordinal);
            Assert.Equal(0L, await database.ScalarAsync<long>($"SELECT count(*) FROM pg_class WHERE relowner = '{role}'::regrole"));
        }
        await using var source = NpgsqlDataSource.Create(ConnectionOf(database, role));
        Assert.Equal(0, await VerifyEventsCommand.RunAsync(source, template.Home, json: true, TextWriter.Null, TextWriter.Null, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("UPDATE identity.user_security_events SET event_type = 'login_success'")]
    [InlineData("UPDATE identity.user_security_events SET salt = NULL")]
    [InlineData("DELETE FROM identity.user_security_events")]
    [InlineData("TRUNCATE identity.user_security_events")]
    [InlineData("DROP TABLE identity.user_security_events")]
    [InlineData("ALTER TABLE identity.user_security_events DISABLE TRIGGER ALL")]
    [InlineData("ALTER TABLE identity.audit_blocks DISABLE TRIGGER ALL")]
    [InlineData("DELETE FROM identity.audit_blocks")]
    [InlineData("UPDATE identity.audit_blocks SET signature = header")]
    [InlineData("INSERT INTO identity.dropped_event_partitions (month, events, note, signature) VALUES ('2020_01', 0, 'x', decode(repeat('00', 64), 'hex'))")]
    [InlineData("UPDATE identity.user_consents SET granted = true")]
    [InlineData("UPDATE identity.consent_texts SET content = 'x'")]
    [InlineData("INSERT INTO identity.role_permissions VALUES ('support', 'roles.grant')")]
    [InlineData("UPDATE identity.schema_version SET installation = gen_random_uuid()")]
    [InlineData("CREATE TABLE identity.mine (x int)")]
    [InlineData("CREATE FUNCTION identity.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    [InlineData("UPDATE godwit.keys SET state = 'Active'")]
    [InlineData("DELETE FROM godwit.key_unwraps")]
    [InlineData("CREATE TABLE godwit.mine (x int)")]
    [Trait("ASVS", "16.4.2")]
    [Trait("ASVS", "13.2.2")]
    public async Task Whoever_has_the_services_role_changes_no_event_no_block_no_consent_and_no_table(string statement)
    {
        var (database, role) = await AllowedAsync();
        await using var connection = new NpgsqlConnection(ConnectionOf(database, role));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(statement, connection);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    private async Task<(TestDatabase Database, string Role)> AllowedAsync()
    {
        var database = await template.CopyAsync();
        var role = $"service_{Guid.NewGuid():N}";
        await database.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD '{Password}'", superuser: true);
        await database.ExecuteAsync($"SELECT identity.allow_service('{role}')");
        return (database, role);
    }

    private static string ConnectionOf(TestDatabase database, string role) => new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = Password }.ConnectionString;

    private static string UrlOf(TestDatabase database, string role) => database.Url.Replace("//godwit@", $"//{role}@", StringComparison.Ordinal);

    private static string PassFileOf(string role)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "passwords");
        File.WriteAllText(path, $"*:*:*:{role}:{Password}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
