using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>Databases that other tools migrated, their tables as those tools make them.</summary>
public sealed class AdoptTests(PostgresServers servers)
{
    private const string One = "CREATE TABLE one (id bigint)", Two = "CREATE TABLE two (id bigint);\r\n-- and no more\n", Three = "CREATE TABLE three (id bigint)";

    /// <summary>Computed with zlib's crc32 over the lines without their ends, which is what Flyway does.</summary>
    private const string FlywayOne = "-2058119048", FlywayTwo = "-1500928200";

    private const string Flyway = """
        CREATE TABLE public.flyway_schema_history (
            installed_rank integer NOT NULL CONSTRAINT flyway_schema_history_pk PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL, type varchar(20) NOT NULL,
            script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL);
        CREATE INDEX flyway_schema_history_s_idx ON public.flyway_schema_history (success);
        INSERT INTO public.flyway_schema_history VALUES (0, NULL, '<< Flyway Schema Creation >>', 'SCHEMA', '"public"', NULL, 'app', now(), 0, true),
            (1, '1', 'one', 'SQL', 'V1__one.sql', @one, 'app', now(), 4, true), (2, '1.2', 'two', 'SQL', 'V1_2__two.sql', @two, 'app', now(), 4, true),
            (3, '2', 'three', 'SQL', 'V2__three.sql', 7, 'app', now(), 4, true), (4, '2', 'three', 'UNDO_SQL', 'U2__three.sql', 8, 'app', now(), 4, true)
        """;

    private const string EfCore = """
        CREATE TABLE "__EFMigrationsHistory" ("MigrationId" character varying(150) NOT NULL, "ProductVersion" character varying(32) NOT NULL,
            CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId"));
        INSERT INTO "__EFMigrationsHistory" VALUES ('20250101080000_One', '9.0.0'), ('20250201080000_Two', '9.0.0')
        """;

    private const string Dbmate = """
        CREATE TABLE public.schema_migrations (version character varying(128) NOT NULL, CONSTRAINT schema_migrations_pkey PRIMARY KEY (version));
        INSERT INTO public.schema_migrations VALUES ('20250101080000'), ('20250201080000')
        """;

    private const string Alembic = """
        CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
        INSERT INTO alembic_version VALUES ('ae1027a6acf2')
        """;

    private const string Prisma = """
        CREATE TABLE "_prisma_migrations" ("id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ, "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT,
            "rolled_back_at" TIMESTAMPTZ, "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0);
        INSERT INTO "_prisma_migrations" VALUES (gen_random_uuid(), '@sha1', now(), '20250101080000_one', NULL, NULL, now(), 1),
            (gen_random_uuid(), 'of an attempt that was taken back', NULL, '20250201080000_two', 'it failed', now(), now(), 0), (gen_random_uuid(), '@sha2', now(), '20250201080000_two', NULL, NULL, now(), 1)
        """;

    public static TheoryData<string, string, string, string, string, bool> Tools => new()
    {
        { "flyway", Flyway, "sql/V1__one.sql", "sql/V1_2__two.sql", "sql/V2__three.sql", true },
        { "efcore", EfCore, "20250101080000_One.sql", "20250201080000_Two.sql", "20250301080000_Three.sql", false },
        { "dbmate", Dbmate, "db/20250101080000_one.sql", "db/20250201080000_two.sql", "db/20250301080000_three.sql", false },
        { "alembic", Alembic, "1975ea83b712_one.sql", "ae1027a6acf2_two.sql", "b2c4d6e8f001_three.sql", false },
        { "prisma", Prisma, "migrations/20250101080000_one/migration.sql", "migrations/20250201080000_two/migration.sql", "migrations/20250301080000_three/migration.sql", true },
    };

    [Theory]
    [MemberData(nameof(Tools))]
    public async Task What_a_tool_has_done_is_adopted_and_the_next_run_does_the_rest(string tool, string history, string one, string two, string three, bool compared)
    {
        using var folder = await MigratedAsync(history, one, two, three);
        var table = await folder.Target.ScalarAsync<string>("SELECT string_agg(c.oid::regclass::text, ',') FROM pg_class c WHERE c.relkind = 'r' AND c.relname ~ 'history|History|migrations|alembic'");
        var before = await folder.Target.ScalarAsync<string>($"SELECT string_agg(t::text, ';' ORDER BY t::text) FROM {table} t");

        Assert.Equal(["one", "two"], Steps(await folder.JsonAsync(0, "adopt", "--dry-run")));
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'godwit'"));
        var adopted = await folder.JsonAsync(0, "adopt");
        Assert.Equal(["one", "two"], Steps(adopted));
        Assert.EndsWith($"of {tool}", adopted.GetProperty("history").GetString(), StringComparison.Ordinal);
        Assert.All(adopted.GetProperty("adopted").EnumerateArray(), s => Assert.Equal(compared, s.GetProperty("compared").GetBoolean()));
        Assert.Equal(before, await folder.Target.ScalarAsync<string>($"SELECT string_agg(t::text, ';' ORDER BY t::text) FROM {table} t"));
        Assert.Equal(3, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE kind IN ('adopted', 'step-adopted')"));

        (await folder.RunAsync("adopt")).MustBe(1);
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename = 'three'"));
        Assert.Equal("nothing-to-do", (await folder.JsonAsync(0, "run")).GetProperty("outcome").GetString());
        (await Running.GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url])).MustBe(0);
    }

    [Fact]
    public async Task A_repeatable_file_that_is_unchanged_since_it_was_adopted_is_not_run_again()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        const string view = "CREATE OR REPLACE VIEW names AS SELECT 'a' AS name; INSERT INTO runs DEFAULT VALUES";
        await folder.Target.ExecuteAsync("CREATE TABLE public.runs (id bigserial); SET search_path = public; " + view);
        folder.Runbook("""
              expand:
                steps:
                  - {id: names, sql: R__names.sql}
                  - {id: three, sql: three.sql}
            """).Sql("R__names.sql", view, "DROP VIEW names").Sql("three.sql", Three, "DROP TABLE three");
        (await folder.RunAsync("adopt", "--baseline", "names")).MustBe(0);
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.runs"));
        folder.Sql("R__names.sql", view + " ", "DROP VIEW names");
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal(2, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.runs"));
    }

    [Fact]
    public async Task A_target_that_lost_its_adoption_is_told_by_the_ledger_outside_of_it()
    {
        using var folder = await MigratedAsync(Dbmate, "20250101080000_one.sql", "20250201080000_two.sql", "20250301080000_three.sql");
        (await folder.RunAsync("adopt")).MustBe(0);
        Assert.Contains("Finished", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(folder.In("home/ledgers"))), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        // As a restore from before it would leave it.
        await folder.Target.ExecuteAsync("DROP SCHEMA godwit CASCADE");
        foreach (var command in new[] { "adopt", "run" }) Assert.Equal("GW1790", Code(await folder.JsonAsync(5, command)));
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.runs"));
        (await folder.RunAsync("adopt", "--accept-rewind", "restored from before")).MustBe(0);
        Assert.Equal("fork,rewind-accepted,adopted", await folder.Target.ScalarAsync<string>("SELECT string_agg(kind, ',' ORDER BY sequence) FROM godwit.journal WHERE sequence <= 3"));
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Single(Directory.GetFiles(folder.In("home/ledgers")));
        (await Running.GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url])).MustBe(0);
    }

    [Fact]
    public async Task An_adoption_is_taken_back_and_changes_nothing_else()
    {
        using var folder = await MigratedAsync(Dbmate, "20250101080000_one.sql", "20250201080000_two.sql", "20250301080000_three.sql");
        (await folder.RunAsync("adopt")).MustBe(0);
        (await folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal(2, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE tablename IN ('one', 'two')"));
        (await folder.RunAsync("adopt")).MustBe(0);
    }

    [Theory]
    [InlineData("two")]
    [InlineData("b.sql")]
    public async Task Plain_SQL_is_adopted_up_to_a_step_that_a_person_names(string baseline)
    {
        using var folder = await MigratedAsync("SELECT 1", "a.sql", "b.sql", "c.sql");
        Assert.Equal("GW1727", Code(await folder.JsonAsync(1, "adopt")));
        Assert.Equal(["one", "two"], Steps(await folder.JsonAsync(0, "adopt", "--baseline", baseline)));
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE tablename = 'three'"));
    }

    [Fact]
    public async Task A_file_that_is_not_what_was_applied_refuses_the_adoption()
    {
        using var folder = await MigratedAsync(Flyway, "V1__one.sql", "V1_2__two.sql", "V2__three.sql");
        folder.Sql("V1__one.sql", "CREATE TABLE one (id text)");
        Assert.Equal("GW1729", Code(await folder.JsonAsync(1, "adopt")));
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'godwit'"));
    }

    [Fact]
    public async Task A_Flyway_baseline_covers_the_versions_up_to_its_own()
    {
        var rows = Flyway[..Flyway.IndexOf("INSERT", StringComparison.Ordinal)]
            + "INSERT INTO public.flyway_schema_history VALUES (1, '1.2', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', NULL, 'app', now(), 0, true)";
        using var folder = await MigratedAsync(rows, "V1__one.sql", "V01_2__two.sql", "V1_10__three.sql");
        Assert.Equal(["one", "two"], Steps(await folder.JsonAsync(0, "adopt")));
    }

    [Fact]
    public async Task A_revision_of_Alembics_that_no_file_has_tells_nothing()
    {
        using var folder = await MigratedAsync(Alembic, "1975ea83b712_one.sql", "b.sql", "c.sql");
        Assert.Equal("GW1727", Code(await folder.JsonAsync(1, "adopt")));
    }

    [Fact]
    public async Task A_step_before_one_that_is_done_is_pointed_at()
    {
        using var folder = await MigratedAsync(Dbmate, "20250101080000_one.sql", "a.sql", "20250201080000_three.sql");
        var found = await folder.JsonAsync(0, "adopt", "--dry-run");
        Assert.Equal(["one", "three"], Steps(found));
        Assert.Contains("step two stands before", Assert.Single(found.GetProperty("findings").EnumerateArray()).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_migration_refuses_the_adoption()
    {
        using var folder = await MigratedAsync(Prisma.Replace("'it failed', now()", "'it failed', NULL", StringComparison.Ordinal), "20250101080000_one.sql", "20250201080000_two.sql", "c.sql");
        Assert.Equal("GW1730", Code(await folder.JsonAsync(1, "adopt")));
    }

    [Fact]
    public async Task Of_several_histories_one_has_to_be_named()
    {
        using var folder = await MigratedAsync(Dbmate + ";" + EfCore, "20250101080000_One.sql", "20250201080000_Two.sql", "c.sql");
        Assert.Equal("GW1728", Code(await folder.JsonAsync(1, "adopt")));
        Assert.Equal(["one", "two"], Steps(await folder.JsonAsync(0, "adopt", "--tool", "efcore")));
    }

    private static List<string?> Steps(JsonElement document) => [.. document.GetProperty("adopted").EnumerateArray().Select(s => s.GetProperty("step").GetString())];

    private static string? Code(JsonElement document) => document.GetProperty("findings").EnumerateArray().First(f => f.GetProperty("severity").GetString() == "error").GetProperty("code").GetString();

    private async Task<RunbookFolder> MigratedAsync(string history, string one, string two, string three)
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        await folder.Target.ExecuteAsync($"{One}; {Two}" + history.Replace("@one", FlywayOne, StringComparison.Ordinal).Replace("@two", FlywayTwo, StringComparison.Ordinal)
            .Replace("@sha1", Sha(One), StringComparison.Ordinal).Replace("@sha2", Sha(Two), StringComparison.Ordinal));
        foreach (var file in new[] { one, two, three }) Directory.CreateDirectory(Path.GetDirectoryName(folder.In(file))!);
        return folder.Runbook($$"""
              expand:
                steps:
                  - {id: one, sql: {{one}}, irreversible: it was there before}
                  - {id: two, sql: {{two}}, irreversible: it was there before}
                  - {id: three, sql: {{three}}, irreversible: it is new}
            """).Sql(one, One).Sql(two, Two).Sql(three, Three);
    }

    private static string Sha(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
