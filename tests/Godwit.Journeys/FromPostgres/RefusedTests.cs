using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.FromPostgres;

/// <summary>What cannot go over is said before anything is changed; what may stay behind is listed.</summary>
public sealed class RefusedTests(PostgresServers servers)
{
    [Theory]
    [InlineData("CREATE TABLE t (a regclass)", "GW1121")]
    [InlineData("CREATE TABLE o (a int); CREATE TABLE t (a o)", "GW1121")]
    [InlineData("CREATE TABLE p (a int); CREATE TABLE t (b int) INHERITS (p)", "GW1122")]
    [InlineData("CREATE TABLE t ()", "GW1122")]
    [InlineData("CREATE SCHEMA parts; CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE here PARTITION OF t FOR VALUES IN (1); CREATE TABLE parts.there PARTITION OF t FOR VALUES IN (2); INSERT INTO t VALUES (1), (2)", "GW1122")]
    [InlineData("CREATE SCHEMA parts; CREATE TABLE t (a int); CREATE TABLE parts.heir (b int) INHERITS (t)", "GW1122")]
    [InlineData("CREATE TYPE o AS (a int); CREATE TABLE t OF o", "GW1122")]
    [InlineData("CREATE TABLE t (a tsquery[]); INSERT INTO t VALUES ('{a,\"\"}')", "GW1121")]
    [InlineData("CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql AS 'TABLE t'; CREATE FUNCTION g() RETURNS int LANGUAGE sql STABLE RETURN (SELECT count(*)::int FROM t); CREATE TABLE u (a int DEFAULT g())", "GW1122")]
    [InlineData("CREATE TABLE t (a int); CREATE AGGREGATE most(int) (SFUNC = int4larger, STYPE = int)", "GW1120")]
    [InlineData("CREATE TABLE t (a int); CREATE RULE r AS ON INSERT TO t DO ALSO NOTHING", "GW1120")]
    [InlineData("CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON t USING (a > 1)", "GW1120")]
    [InlineData("CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY", "GW1120")]
    [InlineData("CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; REVOKE ALL ON FUNCTION f() FROM PUBLIC", "GW1120")]
    [InlineData("CREATE TABLE t (a int); CREATE COLLATION c (provider = libc, locale = 'C')", "GW1120")]
    [InlineData("CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS int LANGUAGE internal AS 'pg_backend_pid'", "GW1120")]
    [InlineData("CREATE TABLE t (a int); CREATE OPERATOR CLASS c FOR TYPE int USING btree AS OPERATOR 1 <; CREATE VIEW v AS SELECT * FROM t", "GW1120")]
    [InlineData("CREATE TABLE t (a tsquery); INSERT INTO t VALUES ('')", "GW1121")]
    [InlineData("CREATE TABLE t (a int); CREATE DOMAIN q AS tsquery; ALTER TABLE t ADD b q", "GW1121")]
    [InlineData("CREATE TABLE t (a oid); INSERT INTO t VALUES (lo_create(0))", "GW1123")]
    public async Task Each_thing_has_its_finding(string statements, string code)
    {
        using var journey = await Journey.PrepareAsync(servers);
        var source = await SourceAsync(statements);
        var before = await journey.RelationsAsync();
        var refused = (await journey.RunAsync("move", "--from", source.Url, "--to", journey.Target.Url, "--json")).MustBe(1);
        Assert.Equal(code, Assert.Single(refused.Errors.Select(e => e.Code).Distinct()));
        Assert.Equal(before, await journey.RelationsAsync());
        if (code is not ("GW1120" or "GW1123")) return;
        (await journey.RunAsync("move", "--from", source.Url, "--to", journey.Target.Url, "--json", "--accept", code)).MustBeVerified();
        Assert.Contains(code, File.ReadAllText(journey.Folder.File("not-moved.sql")));
    }

    [Fact]
    public async Task A_policy_that_stays_behind_is_shown_no_weaker_than_it_is()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var source = await SourceAsync("CREATE TABLE t (a int); CREATE POLICY mine ON t AS RESTRICTIVE FOR SELECT TO CURRENT_USER USING (a > 1)");
        (await journey.RunAsync("move", "--from", source.Url, "--to", journey.Target.Url, "--json", "--accept", "GW1120")).MustBeVerified();
        Assert.Contains("CREATE POLICY mine ON t AS RESTRICTIVE FOR SELECT TO godwit USING ((a > 1))", File.ReadAllText(journey.Folder.File("not-moved.sql")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_tables_whose_names_differ_in_case_alone_the_one_is_renamed_that_was_named()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var source = await SourceAsync("CREATE TABLE \"Users\" (a int); CREATE TABLE users (b int); INSERT INTO users VALUES (7)");
        journey.Folder.Write("map.yaml", "tables:\n  users: {rename: people}\n");
        (await journey.RunAsync("move", "--from", source.Url, "--to", journey.Target.Url, "--json", "--map", "map.yaml")).MustBeVerified();
        Assert.Equal(7, await journey.Target.ScalarAsync<int>("SELECT b FROM people"));
        Assert.Equal(0, await journey.Target.ScalarAsync<long>("SELECT count(a) FROM \"Users\""));
    }

    [Fact]
    public async Task What_row_security_or_rights_hide_is_not_read_as_if_it_were_not_there()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var source = await SourceAsync("SELECT 1");
        await source.ExecuteAsync(
            """
            CREATE TABLE hidden (a int); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON hidden USING (a = 1); GRANT SELECT ON hidden TO godwit;
            CREATE TABLE closed (a int); REVOKE ALL ON closed FROM PUBLIC; CREATE SEQUENCE locked; REVOKE ALL ON locked FROM PUBLIC;
            """, superuser: true);
        var refused = (await journey.RunAsync("move", "--from", source.Url, "--to", journey.Target.Url, "--json", "--accept", "GW1120")).MustBe(1);
        Assert.Equal([null, "closed", "hidden"], refused.Errors.Where(e => e.Code == "GW1010").Select(e => e.Table).Order());
    }

    [Theory]
    [InlineData("GW1009", "--from-schema", "nowhere")]
    [InlineData("GW1007", "--tables", "nothing")]
    [InlineData("GW1406", "--names", "lower")]
    [InlineData("GW1406", "--quarantine")]
    [InlineData("GW1406", "--map", "columns.yaml")]
    [InlineData("GW1402", "--map", "unknown.yaml")]
    [InlineData("GW1122", "--tables", "part")]
    public async Task A_setting_that_makes_no_sense_is_refused(string code, params string[] options)
    {
        using var journey = await Journey.PrepareAsync(servers);
        journey.Folder.Write("columns.yaml", "tables:\n  t:\n    columns:\n      a: {type: bigint}\n");
        journey.Folder.Write("unknown.yaml", "tables:\n  x:\n    rename: y\n");
        var source = await SourceAsync("CREATE TABLE t (a int); CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE part PARTITION OF p DEFAULT");
        var refused = (await journey.RunAsync(["move", "--from", source.Url, "--to", journey.Target.Url, "--json", .. options])).MustBe(1);
        Assert.Equal(code, Assert.Single(refused.Errors).Code);
    }

    [Fact]
    public async Task What_the_target_lacks_is_said_beforehand()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var source = await SourceAsync("SELECT 1");
        await source.ExecuteAsync("CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA public; GRANT USAGE ON SCHEMA ext TO PUBLIC", superuser: true);
        await source.ExecuteAsync("CREATE SCHEMA own; CREATE TYPE own.kind AS ENUM ('a'); CREATE TABLE t (a ext.hstore, b text, c own.kind[]); CREATE INDEX ON t USING gin (b gin_trgm_ops); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
        await journey.PsqlAsync("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'");
        var refused = (await journey.RunAsync("move", "--from", source.Url, "--to", journey.Target.Url, "--json")).MustBe(1);
        Assert.Equal(["GW1303", "GW1311", "GW1311", "GW1311", "GW1311"], refused.Errors.Select(e => e.Code).Order());
    }

    [Fact]
    public async Task A_source_that_cannot_be_reached_or_whose_url_holds_a_password_is_said_to_be_the_source()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var nobody = (await journey.RunAsync("move", "--from", "postgres://nobody@127.0.0.1:1/x", "--to", journey.Target.Url, "--json")).MustBe(1);
        Assert.StartsWith("The source: ", nobody.Finding("GW1005").Message);
        var told = (await journey.RunAsync("move", "--from", "postgres://me:hunter2@127.0.0.1:1/x", "--to", journey.Target.Url, "--json")).MustBe(1);
        Assert.Contains("GW1403", told.Codes);
    }

    [Theory]
    [InlineData("postgres://me:hunter2@127.0.0.1:1/x")]
    [InlineData("postgresql://me:hun/ter2@127.0.0.1:1/x")]
    [InlineData("POSTGRES://me:hunter2@127.0.0.1:1/x")]
    [InlineData("postgres://me@127.0.0.1:1/x?password=hunter2")]
    public async Task A_password_in_the_url_of_a_source_is_not_repeated(string from)
    {
        using var journey = await Journey.PrepareAsync(servers);
        foreach (var arguments in (string[][])[["move", "--to", journey.Target.Url], ["verify", "--to", journey.Target.Url], ["profile"]])
        {
            foreach (var form in (string[][])[["--json"], []])
            {
                var told = await journey.RunAsync([.. arguments, "--from", from, .. form]);
                Assert.Equal(1, told.ExitCode);
                Assert.DoesNotContain("ter2", told.Output + told.Error, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task An_unlogged_table_becomes_a_logged_one_and_privileges_stay_behind()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var source = await SourceAsync("CREATE UNLOGGED TABLE t (a int); INSERT INTO t VALUES (1); CREATE TABLE g (a int); GRANT SELECT ON g TO PUBLIC");
        var moved = (await journey.RunAsync("move", "--from", source.Url, "--to", journey.Target.Url, "--json")).MustBeVerified();
        Assert.Equal("t", moved.Finding("GW1124").Table);
        Assert.Equal("g", moved.Finding("GW1120").Table);
        Assert.Equal("p", await journey.Target.ScalarAsync<string>("SELECT relpersistence::text FROM pg_class WHERE relname = 't'"));
    }

    private async Task<TestDatabase> SourceAsync(string statements)
    {
        var source = await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var superuser = statements.Contains("OPERATOR CLASS", StringComparison.Ordinal) || statements.Contains("internal", StringComparison.Ordinal);
        await source.ExecuteAsync(superuser ? $"{statements}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC" : statements, superuser);
        return source;
    }
}
