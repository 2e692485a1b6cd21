using Godwit.Engine.Audit;
using Godwit.Postgres.Audit;

namespace Godwit.Postgres.Tests.Audit;

public sealed class DatabaseAuditTests(AuditServer server) : IClassFixture<AuditServer>
{
    private const string Definer = "CREATE FUNCTION public.f(a int) RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT $1';; ALTER FUNCTION public.f OWNER TO owner;; ";

    private static readonly DatabaseAuditSettings s_settings = new() { ApplicationRoles = ["app"], Administrators = ["godwit"], RowSecurity = ["public.orders"] };

    private static readonly DatabaseAuditSettings s_everywhere = s_settings with { PrivateNetworks = [] };

    public static TheoryData<string, string, string, string> Cases => new()
    {
        { "db.superuser", "CREATE ROLE s1 SUPERUSER LOGIN", "role s1", "DROP ROLE s1" },
        { "db.role-powers", "CREATE ROLE p1 CREATEROLE BYPASSRLS", "role p1: BYPASSRLS, CREATEROLE", "DROP ROLE p1" },
        { "db.application-power", "ALTER ROLE app CREATEDB", "role app: CREATEDB", "ALTER ROLE app NOCREATEDB" },
        { "db.application-power", "GRANT pg_read_all_data TO app", "role app: member of pg_read_all_data", "REVOKE pg_read_all_data FROM app" },
        { "db.application-owner", "ALTER TABLE public.orders OWNER TO app", "relations in public of app", "ALTER TABLE public.orders OWNER TO owner" },
        { "db.application-owner", "CREATE SCHEMA own AUTHORIZATION app", "schema own", "DROP SCHEMA own" },
        { "db.expired-role", "CREATE ROLE e1 LOGIN VALID UNTIL '2020-01-01'", "role e1", "DROP ROLE e1" },
        { "db.md5-password", "SET password_encryption = 'md5'; CREATE ROLE m1 PASSWORD 'x'", "role m1", "DROP ROLE m1" },
        { "db.public-create", "GRANT CREATE ON SCHEMA public TO PUBLIC", "schema public", "REVOKE CREATE ON SCHEMA public FROM PUBLIC" },
        { "db.public-connect", "GRANT CONNECT ON DATABASE {database} TO PUBLIC", "database {database}", "REVOKE CONNECT ON DATABASE {database} FROM PUBLIC" },
        { "db.public-table", "GRANT SELECT, INSERT ON public.orders TO PUBLIC", "relation public.orders: INSERT, SELECT", "REVOKE ALL ON public.orders FROM PUBLIC" },
        { "db.public-table", "GRANT UPDATE (id) ON public.orders TO PUBLIC", "column public.orders.id: UPDATE", "REVOKE ALL (id) ON public.orders FROM PUBLIC" },
        { "db.definer-public", Definer, "function public.f(a integer)", "REVOKE EXECUTE ON FUNCTION public.f FROM PUBLIC" },
        { "db.definer-path", Definer + "ALTER FUNCTION public.f RESET search_path", "function public.f(a integer)", "ALTER FUNCTION public.f SET search_path = pg_catalog, pg_temp" },
        { "db.owner", "CREATE TABLE public.t ()", "relations in public of postgres", "DROP TABLE public.t" },
        { "db.default-privileges", "ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC", "role app in public: tables, SELECT", "ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public REVOKE SELECT ON TABLES FROM PUBLIC" },
        { "db.row-security", "ALTER TABLE public.orders DISABLE ROW LEVEL SECURITY", "relation public.orders", "ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY" },
        { "db.row-security", "ALTER TABLE public.orders RENAME TO other", "relation public.orders is not there", "ALTER TABLE public.other RENAME TO orders" },
        { "db.untrusted-extension", "CREATE EXTENSION amcheck", "extension amcheck", "DROP EXTENSION amcheck" },
        { "db.password-encryption", "ALTER DATABASE {database} SET password_encryption = 'md5'", "password_encryption = md5", "ALTER DATABASE {database} RESET password_encryption" },
        { "db.log-parameters", "ALTER DATABASE {database} SET log_statement = 'mod'", "log_statement with log_parameter_max_length = -1", "ALTER DATABASE {database} RESET log_statement" },
        { "db.log-parameters", "ALTER DATABASE {database} SET log_parameter_max_length_on_error = 10", "log_parameter_max_length_on_error = 10B", "ALTER DATABASE {database} RESET log_parameter_max_length_on_error" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_weakness_is_found_and_once_mended_it_is_not(string id, string weaken, string subject, string mend)
    {
        var database = await server.CreateAsync();
        string Of(string text) => text.Replace("{database}", database.Name, StringComparison.Ordinal);
        await AssertAsync(AuditState.Holds);
        await server.ExecuteAsync(database.Name, Of(weaken));
        try
        {
            await AssertAsync(AuditState.Found);
        }
        finally
        {
            await server.ExecuteAsync(database.Name, Of(mend));
        }
        await AssertAsync(AuditState.Holds);

        async Task AssertAsync(AuditState state)
        {
            foreach (var role in new[] { "postgres", "plain" })
            {
                var answer = (await server.LookAsync(database, role, s_settings))[id];
                if (answer.Check.Needs is { } needs && role == "plain") Assert.Equal((AuditState.NotSeen, $"not seen: needs {needs}"), (answer.State, answer.Why));
                else Assert.Equal((role, state, state == AuditState.Found ? Of(subject) : ""), (role, answer.State, string.Join("; ", answer.Subjects)));
            }
        }
    }

    [Theory]
    [InlineData("db.hba-trust", "host all all 10.9.9.9/32 trust", "host trust")]
    [InlineData("db.hba-password", "hostssl all all 10.9.9.9/32 password", "hostssl password")]
    [InlineData("db.hba-everywhere", "hostssl all all 0.0.0.0/0 scram-sha-256", "hostssl scram-sha-256")]
    [InlineData("db.hba-everywhere", "hostssl all all all scram-sha-256", "hostssl scram-sha-256")]
    [InlineData("db.hba-plain", "host all all 10.9.9.9/32 scram-sha-256", "host scram-sha-256")]
    public async Task Rules_of_pg_hba_that_let_too_much_in_are_found_where_they_may_be_read(string id, string line, string found)
    {
        var database = await server.CreateAsync();
        var file = Path.Combine(server.Server.DataFolder, "pg_hba.conf");
        var before = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(AuditState.Holds, (await server.LookAsync(database, "postgres", s_settings))[id].State);
        await File.WriteAllTextAsync(file, before + "\n" + line + "\n", TestContext.Current.CancellationToken);
        try
        {
            var subject = Assert.Single((await server.LookAsync(database, "postgres", s_settings))[id].Subjects);
            Assert.Matches("^pg_hba.conf line [0-9]+: " + found + "$", subject);
            Assert.Equal(AuditState.NotSeen, (await server.LookAsync(database, "plain", s_settings))[id].State);
            await server.ExecuteAsync(database.Name, "GRANT SELECT ON pg_hba_file_rules TO plain; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO plain");
            Assert.Equal([subject], (await server.LookAsync(database, "plain", s_settings))[id].Subjects);
        }
        finally
        {
            await File.WriteAllTextAsync(file, before, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Connections_without_TLS_are_found_outside_of_private_networks()
    {
        var database = await server.CreateAsync();
        await using var other = await database.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
        var inside = await server.LookAsync(database, "postgres", s_settings);
        Assert.Equal((AuditState.Holds, AuditState.Holds), (inside["db.tls-connection"].State, inside["db.tls-others"].State));
        var outside = await server.LookAsync(database, "postgres", s_everywhere);
        Assert.Equal((AuditState.Found, "role godwit"), (outside["db.tls-connection"].State, string.Join("; ", outside["db.tls-others"].Subjects)));
        Assert.Equal("not seen: needs pg_read_all_stats", (await server.LookAsync(database, "plain", s_everywhere))["db.tls-others"].Why);
        await server.ExecuteAsync(database.Name, "GRANT pg_read_all_stats TO plain");
        Assert.Equal(["role godwit"], (await server.LookAsync(database, "plain", s_everywhere))["db.tls-others"].Subjects);
        await server.ExecuteAsync(database.Name, "REVOKE pg_read_all_stats FROM plain");
    }

    [Fact]
    public async Task What_nobody_said_is_not_asked()
    {
        var database = await server.CreateAsync();
        var answers = await server.LookAsync(database, "plain", new DatabaseAuditSettings());
        Assert.Equal(["db.application-owner", "db.application-power", "db.row-security"], answers.Values.Where(a => a.State == AuditState.NotAsked).Select(a => a.Check.Id).Order(StringComparer.Ordinal));
        Assert.Equal("application_roles is given", answers["db.application-power"].Why);
        Assert.Equal(["role nobody is not there"], (await server.LookAsync(database, "plain", new DatabaseAuditSettings { ApplicationRoles = ["nobody"] }))["db.application-power"].Subjects);
        Assert.Equal(["relations in public of owner"], (await server.LookAsync(database, "plain", new DatabaseAuditSettings { Owners = ["godwit", "postgres"] }))["db.owner"].Subjects);
    }

    [Fact]
    public void Every_check_has_an_id_of_its_own_and_says_why_and_what_to_do()
    {
        var checks = new Auditor(new PostgresDatabaseAudit()).Checks;
        Assert.Equal(checks.Count, checks.Select(c => c.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.All(checks, c => Assert.Matches(@"^(db|folder|key|http)\.[a-z0-9-]+$", c.Id));
        Assert.All(checks, c => Assert.True(c.Reason.EndsWith('.') && c.Remedy.EndsWith('.') && !c.Finds.EndsWith('.'), c.Id));
    }
}
