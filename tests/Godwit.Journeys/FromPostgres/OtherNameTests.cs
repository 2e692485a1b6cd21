using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.FromPostgres;

/// <summary>A table under another name, beside the one that it came from; some tables only.</summary>
public sealed class OtherNameTests(PostgresServers servers)
{
    private const string Tables = """
        CREATE TABLE person (id serial PRIMARY KEY, born date, boss integer REFERENCES person, CONSTRAINT grown CHECK (born < '2020-01-01'));
        CREATE INDEX ON person (born);
        CREATE INDEX odd ON person (boss) WHERE boss > 1;
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER touched BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION touch();
        CREATE TABLE pet (owner integer REFERENCES person (id) ON DELETE CASCADE, name text);
        CREATE VIEW adults AS SELECT * FROM person; CREATE VIEW pets AS SELECT * FROM pet; CREATE VIEW both_of AS SELECT p.id FROM adults p JOIN pet ON true;
        INSERT INTO person (born, boss) SELECT date '1990-01-01' + i, nullif(i - 1, 0) FROM generate_series(1, 100) i; INSERT INTO pet SELECT id, 'x' FROM person;
        COMMENT ON COLUMN person.born IS 'when';
        """;

    [Fact]
    public async Task A_table_moves_beside_itself_under_another_name_with_its_indexes_keys_and_sequence()
    {
        using var journey = await Journey.PrepareAsync(servers);
        await journey.PsqlAsync(Tables);
        await journey.PsqlAsync("DROP INDEX odd; DROP TRIGGER touched ON person; ALTER TABLE person DROP CONSTRAINT person_boss_fkey; DROP VIEW both_of, adults");
        journey.Folder.Write("map.yaml", "tables:\n  person:\n    rename: human\n");
        (await journey.RunAsync("move", "--from", journey.Target.Url, "--to", journey.Target.Url, "--tables", "person", "--map", "map.yaml", "--json")).MustBeVerified();
        Assert.Equal("human_born_idx human_pkey", await journey.Target.ScalarAsync<string>("SELECT string_agg(indexrelid::regclass::text, ' ' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = 'human'::regclass"));
        Assert.Equal(101, await journey.Target.ScalarAsync<int>("INSERT INTO human (born) VALUES ('2000-01-01') RETURNING id"));
        Assert.Equal("public.human_id_seq", await journey.Target.ScalarAsync<string>("SELECT pg_get_serial_sequence('human', 'id')"));
        var differs = (await journey.RunAsync("verify", "--from", journey.Target.Url, "--to", journey.Target.Url, "--json")).MustBe(3);
        Assert.Contains(differs.Document.Mismatches, m => m.Code == "GW1503");
    }

    [Fact]
    public async Task In_another_schema_triggers_and_keys_follow_and_views_of_the_old_name_are_listed()
    {
        using var journey = await Journey.PrepareAsync(servers);
        await journey.PsqlAsync(Tables);
        journey.Folder.Write("map.yaml", "tables:\n  person:\n    rename: human\n");
        var refused = (await journey.RunAsync("move", "--from", journey.Target.Url, "--to", journey.Target.Url, "--schema", "new", "--map", "map.yaml", "--json")).MustBe(1);
        Assert.Equal(["adults", "both_of"], refused.Document.NotMoved.Select(n => n.Name).Order());
        (await journey.RunAsync("move", "--from", journey.Target.Url, "--to", journey.Target.Url, "--schema", "new", "--map", "map.yaml", "--accept", "GW1120", "--json")).MustBeVerified();
        Assert.Equal("FOREIGN KEY (owner) REFERENCES new.human(id) ON DELETE CASCADE", await journey.Target.ScalarAsync<string>("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'new.pet'::regclass"));
        Assert.Equal("CREATE TRIGGER touched BEFORE UPDATE ON new.human FOR EACH ROW EXECUTE FUNCTION new.touch()", await journey.Target.ScalarAsync<string>("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'new.human'::regclass AND NOT tgisinternal"));
        Assert.Equal("when", await journey.Target.ScalarAsync<string>("SELECT col_description('new.human'::regclass, 2)"));
        (await journey.RunAsync("verify", "--from", journey.Target.Url, "--to", journey.Target.Url, "--schema", "new", "--json")).MustBeVerified();
    }

    [Fact]
    public async Task Of_some_tables_only_what_they_need_comes_along()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var source = await journey.Target.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await source.ExecuteAsync(Tables);
        await source.ExecuteAsync("CREATE TYPE unused AS ENUM ('a'); CREATE SEQUENCE spare; CREATE FUNCTION other() RETURNS int LANGUAGE sql AS 'SELECT 1'");
        var refused = (await journey.RunAsync("move", "--from", source.Url, "--to", journey.Target.Url, "--tables", "pet", "--json")).MustBe(1);
        Assert.Equal("GW1111", Assert.Single(refused.Errors).Code);
        (await journey.RunAsync("move", "--from", source.Url, "--to", journey.Target.Url, "--tables", "pet", "--accept", "GW1111", "--json")).MustBeVerified();
        Assert.Equal("pet pets", await journey.Target.ScalarAsync<string>("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'"));
        Assert.Equal(0, await journey.Target.ScalarAsync<long>("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"));
        (await journey.RunAsync("verify", "--from", source.Url, "--to", journey.Target.Url, "--json")).MustBeVerified();
    }
}
