using Godwit.Postgres.Live.Exchange;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Live;

/// <summary>Tables that exchange names exchange all that is reached by name, and what a role may do with one it may do with the other.</summary>
public sealed class NameExchangeTests(PostgresServers servers)
{
    private const string Old = """
        CREATE SCHEMA app;
        CREATE TABLE app.people(id serial PRIMARY KEY, "Na%me" text NOT NULL CONSTRAINT people_named CHECK ("Na%me" <> ''), tenant text, secret text, CONSTRAINT people_tenant_key UNIQUE (tenant, id));
        CREATE INDEX ON app.people(tenant);
        CREATE STATISTICS app.people_stat ON tenant, secret FROM app.people;
        CREATE TABLE app."Odd orders"(id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person int REFERENCES app.people);
        CREATE SEQUENCE app.alone START 50;
        """;

    private static readonly NamePair[] s_schemas = [new("app", "people", "next", "people"), new("app", "Odd orders", "next", "Odd orders"), new("app", "alone", "next", "alone", "SEQUENCE")];

    private static readonly NamePair[] s_names = [new("app", "people", "app", "people_v2"), new("app", "Odd orders", "app", "Odd orders_v2")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The tables that an application finds are others, under names that are all as they were; and after the second time the same.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task Everything_is_called_as_it_was_and_is_the_other(bool beside)
    {
        var database = await PrepareAsync(beside);
        var pairs = beside ? s_names : s_schemas;
        var (names, numbers) = (await NamesAsync(database), await NumbersAsync(database));
        await ExchangeAsync(database, pairs);
        Assert.Equal(names, await NamesAsync(database));
        Assert.All((await NumbersAsync(database)).Zip(numbers), n => Assert.NotEqual(n.First, n.Second));
        // What the application knows by name: the constraint that it lets decide, the sequence that it asks.
        await database.ExecuteAsync("""INSERT INTO app.people(id, "Na%me") VALUES (nextval('app.people_id_seq'), 'n') ON CONFLICT ON CONSTRAINT people_pkey DO NOTHING; INSERT INTO app."Odd orders"(person) SELECT id FROM app.people""");
        await ExchangeAsync(database, pairs);
        Assert.Equal(names, await NamesAsync(database));
        Assert.Equal(numbers, await NumbersAsync(database));
    }

    [Fact]
    public async Task Who_may_do_something_with_a_table_may_do_it_with_the_one_that_takes_its_place()
    {
        var database = await PrepareAsync(beside: false);
        var role = $"reader_{Guid.NewGuid():N}";
        await database.ExecuteAsync(
            $"""
            CREATE ROLE {role}; CREATE ROLE {role}_owner; GRANT CREATE, USAGE ON SCHEMA app, next TO {role}_owner;
            GRANT SELECT ON app.people TO {role} WITH GRANT OPTION;
            GRANT UPDATE (tenant) ON app.people TO {role};
            GRANT INSERT ON app."Odd orders" TO PUBLIC;
            REVOKE DELETE ON app."Odd orders" FROM godwit;
            GRANT USAGE ON SEQUENCE app.people_id_seq TO {role};
            GRANT SELECT ON SEQUENCE app.alone TO {role};
            GRANT ALL ON next.people TO PUBLIC;
            ALTER TABLE app.people OWNER TO {role}_owner;
            ALTER TABLE app.people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, REPLICA IDENTITY FULL;
            CREATE POLICY own ON app.people AS RESTRICTIVE FOR UPDATE TO {role} USING (tenant = current_user AND EXISTS (SELECT FROM app."Odd orders" o WHERE o.person = people.id)) WITH CHECK (tenant IS NOT NULL);
            COMMENT ON COLUMN app.people.secret IS 'of nobody''s business';
            """, superuser: true);
        var rights = await RightsAsync(database);
        await ExchangeAsync(database, s_schemas, superuser: true);
        Assert.Equal(rights, await RightsAsync(database));
        // The policy reads the table that is in use now, which the number tells.
        Assert.True(await database.ScalarAsync<bool>("""SELECT bool_and(d.refobjid IN ('app.people'::regclass, 'app."Odd orders"'::regclass)) FROM pg_policy p JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass WHERE p.polrelid = 'app.people'::regclass"""));
        // What is granted while the other is in use goes back with the name.
        await database.ExecuteAsync($"""REVOKE ALL ON app.people FROM {role}; GRANT DELETE ON app."Odd orders" TO {role}""", superuser: true);
        var later = await RightsAsync(database);
        Assert.NotEqual(rights, later);
        await ExchangeAsync(database, s_schemas, superuser: true);
        Assert.Equal(later, await RightsAsync(database));
    }

    [Theory]
    [InlineData("CREATE VIEW app.v AS SELECT id FROM app.people", "view app.v")]
    [InlineData("CREATE SCHEMA elsewhere; CREATE MATERIALIZED VIEW elsewhere.m AS SELECT count(*) FROM app.people", "materialized view elsewhere.m")]
    [InlineData("CREATE RULE r AS ON DELETE TO app.people DO ALSO NOTHING", "rule r on app.people")]
    [InlineData("CREATE FUNCTION app.f() RETURNS bigint RETURN (SELECT count(*) FROM app.people)", "function app.f()")]
    [InlineData("CREATE FUNCTION app.g(app.people) RETURNS int LANGUAGE sql AS 'SELECT 1'", "function app.g(app.people)")]
    [InlineData("CREATE TABLE app.child(id int CONSTRAINT child_of REFERENCES app.people)", "table constraint child_of on app.child")]
    [InlineData("CREATE TABLE app.heir() INHERITS (app.\"Odd orders\")", "table app.heir")]
    [InlineData("CREATE PUBLICATION shown FOR TABLE app.people", "publication shown")]
    [InlineData("CREATE TABLE app.other(id int DEFAULT nextval('app.people_id_seq'))", "default value for app.other.id")]
    [InlineData("CREATE TABLE app.other(id int DEFAULT nextval('app.alone'))", "default value for app.other.id")]
    [InlineData("CREATE TABLE app.other(p app.people)", "table app.other")]
    [InlineData("CREATE TABLE app.other(id int); ALTER TABLE app.other ENABLE ROW LEVEL SECURITY; CREATE POLICY looks ON app.other USING (id IN (SELECT id FROM app.people))", "policy looks on app.other")]
    public async Task What_would_go_on_with_the_table_that_is_put_aside_is_named(string statement, string named)
    {
        var database = await PrepareAsync(beside: false);
        await using var connection = await database.OpenAsync(superuser: true, Token);
        Assert.Empty(await NameObstacles.FindAsync(connection, s_schemas, "app", "next", Token));
        Assert.Empty(await NameObstacles.FindPlannedAsync(connection, s_schemas, "app", "next", Token));
        await database.ExecuteAsync(statement, superuser: true);
        foreach (var finding in new[] { Assert.Single(await NameObstacles.FindAsync(connection, s_schemas, "app", "next", Token)), Assert.Single(await NameObstacles.FindPlannedAsync(connection, s_schemas, "app", "next", Token)) })
        {
            Assert.Equal("GW1913", finding.Code.Id);
            Assert.StartsWith(named + " is bound", finding.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_type_that_becomes_another_is_named()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync(
            """
            CREATE SCHEMA app; CREATE SCHEMA next;
            CREATE TYPE app.mood AS ENUM ('ok'); CREATE TABLE app.t(id int PRIMARY KEY, mood app.mood[]);
            CREATE TYPE next.mood AS ENUM ('ok'); CREATE TABLE next.t(id int PRIMARY KEY, mood next.mood[]);
            """);
        await using var connection = await database.OpenAsync(cancellationToken: Token);
        NamePair[] pairs = [new("app", "t", "next", "t")];
        Assert.Contains("column app.t.mood is of the type app.mood[]", Assert.Single(await NameObstacles.FindPlannedAsync(connection, pairs, "app", "next", Token)).Message, StringComparison.Ordinal);
        Assert.Contains("and the one that takes its place of next.mood[]", Assert.Single(await NameObstacles.FindAsync(connection, pairs, "app", "next", Token)).Message, StringComparison.Ordinal);
    }

    /// <summary>The same tables, as a move makes them.</summary>
    private async Task<TestDatabase> PrepareAsync(bool beside)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        var other = beside
            ? Old.Replace("CREATE SCHEMA app;", "", StringComparison.Ordinal).Replace("people", "people_v2", StringComparison.Ordinal).Replace("Odd orders", "Odd orders_v2", StringComparison.Ordinal).Replace("CREATE SEQUENCE app.alone START 50;", "", StringComparison.Ordinal)
            : Old.Replace("app", "next", StringComparison.Ordinal);
        await database.ExecuteAsync(Old + other);
        return database;
    }

    private static async Task ExchangeAsync(TestDatabase database, IReadOnlyList<NamePair> pairs, bool superuser = false)
    {
        await using var connection = await database.OpenAsync(superuser, Token);
        await using (var path = new NpgsqlCommand("SET search_path = pg_catalog", connection)) await path.ExecuteNonQueryAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        var parts = await TableParts.ReadAsync(connection, [.. pairs.Where(p => p.Kind == "TABLE")], Token);
        var rights = await CarriedRights.WriteAsync(connection, pairs, parts, Token);
        foreach (var statement in NameExchange.Write(pairs, parts, "godwit_exchange_0").Concat(rights))
        {
            await using var command = new NpgsqlCommand(statement, connection, transaction);
            await command.ExecuteNonQueryAsync(Token);
        }
        await transaction.CommitAsync(Token);
    }

    private static Task<string> NamesAsync(TestDatabase database) => database.ScalarAsync<string>(
        """
        SELECT string_agg(l, E'\n' ORDER BY l COLLATE "C") FROM (
          SELECT format('%s %s %s of %s', c.relnamespace::regnamespace, c.relkind, c.relname, (SELECT i.indrelid::regclass FROM pg_index i WHERE i.indexrelid = c.oid)) FROM pg_class c WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('app', 'next'))
          UNION ALL SELECT format('%s %s', k.conrelid::regclass, k.conname) FROM pg_constraint k WHERE k.connamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('app', 'next'))
          UNION ALL SELECT format('%s.%s of %s', s.stxnamespace::regnamespace, s.stxname, s.stxrelid::regclass) FROM pg_statistic_ext s
          UNION ALL SELECT nspname::text FROM pg_namespace WHERE nspname ~ '^godwit') AS n(l)
        """);

    /// <summary>Of everything that an application finds.</summary>
    private static async Task<uint[]> NumbersAsync(TestDatabase database) => await database.ScalarAsync<uint[]>(
        """SELECT ARRAY['app.people'::regclass::oid, 'app.people_pkey'::regclass, 'app.people_id_seq'::regclass, 'app."Odd orders"'::regclass, 'app.people_tenant_idx'::regclass, 'app.people_tenant_key'::regclass, 'app."Odd orders_id_seq"'::regclass, (SELECT oid FROM pg_statistic_ext WHERE stxname = 'people_stat' AND stxnamespace = 'app'::regnamespace)]""");

    private static Task<string> RightsAsync(TestDatabase database) => database.ScalarAsync<string>(
        """
        SELECT string_agg(l, E'\n' ORDER BY l COLLATE "C") FROM (
          SELECT format('%s owner %s %s %s %s', c.relname, c.relowner::regrole, c.relrowsecurity, c.relforcerowsecurity, c.relreplident) FROM pg_class c WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'S')
          UNION ALL SELECT format('%s %s %s %s', c.relname, x.grantee, x.privilege_type, x.is_grantable) FROM pg_class c CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) x
            WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'S')
          UNION ALL SELECT format('%s.%s %s %s %s', c.relname, a.attname, x.grantee, x.privilege_type, x.is_grantable) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid CROSS JOIN LATERAL aclexplode(a.attacl) x WHERE c.relnamespace = 'app'::regnamespace
          UNION ALL SELECT format('%s %s %s %s %s %s %s', p.polname, p.polrelid::regclass, p.polpermissive, p.polcmd, p.polroles, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) FROM pg_policy p WHERE p.polrelid = 'app.people'::regclass
          UNION ALL SELECT format('%s %s', c.relname, d.description) FROM pg_class c JOIN pg_description d ON d.objoid = c.oid WHERE c.relnamespace = 'app'::regnamespace) AS r(l)
        """);
}
