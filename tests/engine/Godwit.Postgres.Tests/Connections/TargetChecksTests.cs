using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.TestServers;
using Npgsql;
using static Godwit.Postgres.Tests.Connections.Reaching;

namespace Godwit.Postgres.Tests.Connections;

public sealed class TargetChecksTests(PostgresServers servers)
{
    private static readonly TargetDemands Demands = new() { Schema = "public", Tables = ["Users", "orders"], NeededBytes = 1000, Connections = 4 };

    public static IEnumerable<object[]> Versions => PostgresVersions.All;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_empty_database_of_ones_own_passes_without_superuser(int major)
    {
        var database = await (await servers.OfAsync(major)).CreateDatabaseAsync(Token);
        Assert.Empty(await CheckAsync(database, Demands with { OtherSchemas = ["godwit"] }));
    }

    [Fact]
    public async Task Everything_of_these_names_is_listed()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync(
            """
            CREATE TABLE "Users" (a int); CREATE TABLE users (a int); CREATE VIEW orders AS SELECT 1 AS a; CREATE SEQUENCE s; CREATE INDEX i ON users (a);
            CREATE TYPE e AS ENUM ('x'); CREATE SCHEMA other; CREATE TABLE other.elsewhere (a int)
            """);
        var findings = await CheckAsync(database, Demands with { Tables = ["Users", "orders", "s", "i", "e", "elsewhere", "free"] });
        Assert.All(findings, f => Assert.Equal(FindingCodes.TargetNotEmpty, f.Code));
        Assert.Equal(["Users", "e", "i", "orders", "s"], findings.Select(f => f.Table!).Order(StringComparer.Ordinal));
        Assert.Contains(findings, f => f.Table == "orders" && f.Message.Contains("view", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("REVOKE ALL ON SCHEMA public FROM PUBLIC", "CREATE and USAGE on the schema public", "GRANT CREATE, USAGE ON SCHEMA public TO \"Some one\";")]
    [InlineData("SELECT 1", "CREATE on the schema public", "GRANT CREATE, USAGE ON SCHEMA public TO \"Some one\";")]
    [InlineData("DROP SCHEMA public", "CREATE on the database", "GRANT CREATE ON DATABASE {0} TO \"Some one\";")]
    public async Task A_missing_right_is_named_with_the_GRANT_that_gives_it(string before, string missing, string grant)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync(before);
        await database.ExecuteAsync(
            "DO $$ BEGIN CREATE ROLE \"Some one\" LOGIN PASSWORD 'p'; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$", superuser: true);
        var url = $"postgres://Some%20one@127.0.0.1:{database.Server.Port}/{database.Name}";
        var finding = Assert.Single(await CheckAsync(database, Demands, url, "p"), f => f.Severity == Severity.Error);
        Assert.Equal(FindingCodes.MissingRight, finding.Code);
        Assert.Contains(missing, finding.Message);
        Assert.Equal(string.Format(grant, database.Name), finding.Remedy);

        await database.ExecuteAsync(finding.Remedy!, superuser: true);
        Assert.DoesNotContain(await CheckAsync(database, Demands, url, "p"), f => f.Severity == Severity.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("godwit")]
    [InlineData("pg_mine")]
    [InlineData("aéééééééééééééééééééééééééééééééé")]
    public async Task A_schema_s_name_that_could_not_be_had_is_refused(string schema)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        var finding = Assert.Single(await CheckAsync(database, Demands with { Schema = schema }), f => f.Severity == Severity.Error);
        Assert.Equal(FindingCodes.NameChanged, finding.Code);
        Assert.Empty(await CheckAsync(database, Demands with { Schema = "ééééééééééééééééééééééééééééééé" }));
    }

    [Fact]
    public async Task Another_encoding_is_refused()
    {
        var server = await servers.DefaultAsync();
        var database = await server.CreateDatabaseAsync(Token);
        var latin = new TestDatabase(server, database.Name + "_latin");
        await database.ExecuteAsync($"CREATE DATABASE {latin.Name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
        Assert.Equal(FindingCodes.NotUtf8, Assert.Single(await CheckAsync(latin, Demands)).Code);
    }

    [Fact]
    public async Task A_read_only_database_is_refused()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync($"ALTER DATABASE {database.Name} SET default_transaction_read_only = on");
        Assert.Contains("read-only", Assert.Single(await CheckAsync(database, Demands)).Message);
    }

    [Fact]
    public async Task Too_little_disk_is_refused_where_it_can_be_seen_and_a_note_elsewhere()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        var demands = Demands with { NeededBytes = 1L << 60 };
        var finding = Assert.Single(await CheckAsync(database, demands));
        Assert.Equal((FindingCodes.ShortOfDisk, Severity.Error), (finding.Code, finding.Severity));

        await database.ExecuteAsync(
            "DO $$ BEGIN CREATE ROLE blind LOGIN PASSWORD 'p'; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$", superuser: true);
        await database.ExecuteAsync("GRANT ALL ON SCHEMA public TO blind", superuser: true);
        var note = Assert.Single(await CheckAsync(database, demands, $"postgres://blind@127.0.0.1:{database.Server.Port}/{database.Name}", "p"));
        Assert.Equal(Severity.Note, note.Severity);
    }

    [Fact]
    public async Task Too_few_connections_are_a_warning()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync($"ALTER DATABASE {database.Name} CONNECTION LIMIT 3");
        Assert.Empty(await CheckAsync(database, Demands with { Connections = 3 }));
        Assert.Equal(Severity.Warning, Assert.Single(await CheckAsync(database, Demands)).Severity);
    }

    private static async Task<IReadOnlyList<Finding>> CheckAsync(TestDatabase database, TargetDemands demands, string? url = null, string? password = null)
    {
        await using var source = (await ReachAsync(database, url, password)).Target!.OpenSource(Session("check"));
        await using NpgsqlConnection connection = await source.OpenAsync(Token);
        return await TargetChecks.RunAsync(connection, demands, Token);
    }
}
