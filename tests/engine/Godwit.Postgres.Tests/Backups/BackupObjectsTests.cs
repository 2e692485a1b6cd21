using Godwit.Engine.Backups;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Backups;

/// <summary>Objects of every kind come back, or it is seen that they did not.</summary>
public sealed class BackupObjectsTests(PostgresServers servers)
{
    private const string Make = """
        CREATE TABLE public.things (id int PRIMARY KEY, a int, b int);
        CREATE TABLE public.log (id int);
        CREATE RULE keep AS ON DELETE TO public.things DO ALSO INSERT INTO public.log VALUES (old.id);
        CREATE AGGREGATE public.total (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
        CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
        CREATE OPERATOR CLASS public.backwards FOR TYPE int USING btree AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(int, int);
        CREATE COLLATION public.plain (LOCALE = 'C');
        CREATE TYPE public.pair AS (a int, b int);
        CREATE FUNCTION public.pair_of(int) RETURNS public.pair LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1, $1)::public.pair';
        CREATE CAST (int AS public.pair) WITH FUNCTION public.pair_of(int);
        CREATE TYPE public.span AS RANGE (SUBTYPE = int);
        CREATE STATISTICS public.both ON a, b FROM public.things;
        CREATE TEXT SEARCH CONFIGURATION public.words (COPY = simple);
        CREATE FUNCTION public.seen() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
        CREATE EVENT TRIGGER seen ON ddl_command_end EXECUTE FUNCTION public.seen();
        CREATE PUBLICATION changes FOR TABLE public.things;
        CREATE FOREIGN DATA WRAPPER nothing;
        CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;
        CREATE USER MAPPING FOR godwit SERVER elsewhere OPTIONS (password 'x');
        ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT SELECT ON TABLES TO godwit;
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Objects_of_every_kind_are_counted_and_come_back()
    {
        using var workplace = new BackupWorkplace();
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync(Make, superuser: true);
        await database.ExecuteAsync("CREATE SUBSCRIPTION arrives CONNECTION 'host=nowhere.invalid' PUBLICATION changes WITH (connect = false)", superuser: true);
        var manifest = await workplace.TakeAsync(database, Token);
        // A subscription keeps its database from being dropped.
        await database.ExecuteAsync("ALTER SUBSCRIPTION arrives SET (slot_name = NONE); DROP SUBSCRIPTION arrives", superuser: true);

        foreach (var kind in (string[])["rules", "aggregates", "operators", "operator classes", "collations", "extended statistics", "text search configurations", "event triggers", "publications", "foreign servers", "user mappings", "default privileges"])
            Assert.Equal((kind, 1), (kind, manifest.Objects[kind]));
        Assert.InRange(manifest.Objects["casts"], 1, 2);
        Assert.Contains(manifest.Notes, n => n.StartsWith("1 subscriptions are not restored", StringComparison.Ordinal));
        var verdict = await workplace.VerifyAsync(Token);
        Assert.True(verdict.Verification is not null, string.Join("; ", verdict.Findings.Select(f => f.Message)));
    }

    [Theory]
    [InlineData("DROP RULE keep ON public.things", "0 rules instead of 1")]
    [InlineData("DROP AGGREGATE public.total (int)", "0 aggregates instead of 1")]
    [InlineData("DROP OPERATOR public.=== (int, int)", "0 operators instead of 1")]
    [InlineData("DROP COLLATION public.plain", "0 collations instead of 1")]
    [InlineData("DROP EVENT TRIGGER seen", "0 event triggers instead of 1")]
    [InlineData("DROP PUBLICATION changes", "0 publications instead of 1")]
    [InlineData("DROP SERVER elsewhere CASCADE", "0 foreign servers instead of 1")]
    [InlineData("ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public REVOKE SELECT ON TABLES FROM godwit", "0 default privileges instead of 1")]
    public async Task One_that_is_missing_is_seen_and_what_an_older_backup_did_not_count_is_not_missed(string change, string expected)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync(Make, superuser: true);
        await using var connection = await database.OpenAsync(superuser: true, Token);
        var before = await DatabaseFacts.CountObjectsAsync(connection, Token);
        await LogicalRestore.ExecuteAsync(connection, change, Token);
        var after = await DatabaseFacts.CountObjectsAsync(connection, Token);
        Assert.Contains(expected, DatabaseFacts.CompareObjects(before, after));
        Assert.Empty(DatabaseFacts.CompareObjects(before, before));
        var kind = expected[2..expected.IndexOf(" instead", StringComparison.Ordinal)];
        var older = before.Where(b => b.Key != kind).ToDictionary(b => b.Key, b => b.Value, StringComparer.Ordinal);
        Assert.DoesNotContain(DatabaseFacts.CompareObjects(older, after), p => p.Contains($" {kind} ", StringComparison.Ordinal));
    }
}
