using System.Text.Json;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Rehearsals;

/// <summary>Whole plans on copies that are thrown away, and the gate that asks for them.</summary>
public sealed class RehearsalTests(PostgresServers servers)
{
    private const string Legacy = "CREATE TABLE public.legacy (id bigserial PRIMARY KEY, name text); INSERT INTO public.legacy (name) SELECT 'abc' || i FROM generate_series(1, 500) i";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_that_was_rehearsed_is_let_through_and_nothing_but_the_record_reaches_production()
    {
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200));
        using var shop = await ShopAsync(service.Url);
        await shop.BackUpAsync();
        Assert.StartsWith("gate expand-rehearsed of expand: Fail: 0 good rehearsals of this plan, and 2 are needed", (await shop.Folder.JsonAsync(5, "run")).GetProperty("reason").GetString(), StringComparison.Ordinal);
        (await shop.Folder.RunAsync("rollback")).MustBe(6);
        var (before, files) = (await shop.FingerprintAsync(), shop.Files());

        var document = await shop.RehearseAsync(0, "--count", "2");
        Assert.Equal(("rehearsed", 2), (document.GetProperty("outcome").GetString(), document.GetProperty("good").GetInt32()));
        Assert.Equal(before, await shop.FingerprintAsync());
        Assert.Equal(files, shop.Files());
        Assert.Empty(service.Requests);
        Assert.Empty(shop.Servers());
        Assert.False(shop.HasScratch);

        var made = document.GetProperty("made")[0];
        Assert.Equal(["forward", "back", "again", "back-to-point-of-no-return", "again-from-point-of-no-return", "contract"], made.GetProperty("legs").EnumerateArray().Select(l => l.GetProperty("name").GetString()));
        Assert.Equal(["tell", "write"], Names(made, "skipped"));
        Assert.Equal(["expand-rehearsed", "expand-window", "there"], Names(made, "notAsked"));
        Assert.Equal(["patience"], Names(made, "shortened"));
        Assert.True(made.GetProperty("journals").EnumerateArray().All(j => j.GetProperty("verified").GetBoolean()));
        var alter = made.GetProperty("legs")[0].GetProperty("phases")[0].GetProperty("steps")[0];
        Assert.Contains(alter.GetProperty("locks").EnumerateArray(), l => l.GetProperty("relation").GetString() == "public.legacy" && l.GetProperty("mode").GetString() == "AccessExclusiveLock");
        Assert.Equal(500, made.GetProperty("legs")[0].GetProperty("phases")[1].GetProperty("steps")[0].GetProperty("rows").GetInt64());

        // What is on record is enough, and says how long it will take.
        Assert.Empty((await shop.RehearseAsync(0, "--count", "2")).GetProperty("made").EnumerateArray());
        var plan = await shop.Folder.JsonAsync(0, "plan");
        Assert.StartsWith("median of 2 rehearsals", plan.GetProperty("phases")[1].GetProperty("back").GetProperty("from").GetString(), StringComparison.Ordinal);
        Assert.Equal("complete", (await shop.Folder.JsonAsync(0, "run")).GetProperty("outcome").GetString());
        Assert.NotEmpty(service.Requests);
        Assert.Contains("point of no return", (await shop.Folder.RunAsync("status")).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_plan_begins_anew_and_a_record_that_was_edited_or_copied_does_not_count()
    {
        using var shop = await SmallAsync("DROP TABLE things");
        await shop.BackUpAsync();
        await shop.RehearseAsync(0, "--count", "1");
        await shop.Folder.Target.ExecuteAsync("INSERT INTO godwit.rehearsals SELECT gen_random_uuid(), runbook, plan_hash, outcome, began_at, ended_at, record FROM godwit.rehearsals");
        await shop.Folder.Target.ExecuteAsync("INSERT INTO godwit.rehearsals SELECT '11111111-1111-1111-1111-111111111111', runbook, plan_hash, outcome, began_at, ended_at, replace(record, record::json ->> 'id', '11111111-1111-1111-1111-111111111111') FROM godwit.rehearsals LIMIT 1");
        var paused = await shop.Folder.JsonAsync(5, "run");
        Assert.StartsWith("gate expand-rehearsed of expand: Fail: 1 good rehearsal of this plan, and 2 are needed (2 on record are not taken:", paused.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var gate = (await shop.Folder.JsonAsync(0, "status")).GetProperty("gates")[0].GetProperty("summary").GetString();
        Assert.Contains("`godwit rehearse` makes them", gate, StringComparison.Ordinal);
        (await shop.Folder.RunAsync("rollback")).MustBe(6);

        shop.Folder.Sql("things.sql", "CREATE TABLE things (id int, more int)", "DROP TABLE things");
        var edited = (await shop.Folder.JsonAsync(5, "run")).GetProperty("reason").GetString();
        Assert.Contains("0 good rehearsals of this plan", edited, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_way_back_that_fails_is_on_record_with_its_reason_and_good_ones_before_it_count_no_more()
    {
        using var shop = await SmallAsync("DROP TABLE things; CREATE TABLE left_over (id int)");
        await shop.BackUpAsync();
        var failed = await shop.RehearseAsync(3, "--count", "2");
        Assert.Equal(("failed", 0), (failed.GetProperty("outcome").GetString(), failed.GetProperty("good").GetInt32()));
        Assert.Equal("back: expand is undone, but the schema is not what it was before", failed.GetProperty("reason").GetString());
        Assert.Contains("left_over", failed.GetProperty("made")[0].GetProperty("findings")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(1, await shop.OnRecordAsync());
        Assert.False(shop.HasScratch);
        var paused = (await shop.Folder.JsonAsync(5, "run")).GetProperty("reason").GetString();
        Assert.Contains("since one failed", paused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_move_is_rehearsed_on_a_copy_of_its_source_that_somebody_writes_to()
    {
        using var shop = await RehearsalFolder.PrepareAsync(servers, Legacy);
        using var writer = SqliteConnection.OpenForWriting(shop.Folder.In("legacy.sqlite"));
        writer.Execute("PRAGMA journal_mode = wal");
        writer.Execute("CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL)");
        writer.Execute("INSERT INTO books (title) VALUES ('one'), ('two')");
        shop.Runbook("  backfill:\n    steps:\n      - {id: books, move: {source: legacy, schema: app}}\n      - {id: other, smoke: [{name: there, sql: {query: SELECT true, source: warehouse}}]}", "sources: {legacy: {path: legacy.sqlite}, warehouse: {env: WAREHOUSE_URL}}");
        await shop.BackUpAsync();
        writer.Execute("BEGIN IMMEDIATE");
        writer.Execute("INSERT INTO books (title) VALUES ('three')");
        var made = (await shop.RehearseAsync(0, "--count", "1")).GetProperty("made")[0];
        writer.Execute("COMMIT");
        Assert.Equal("Good", made.GetProperty("outcome").GetString());
        Assert.Equal(["there"], Names(made, "notAsked"));
        Assert.Equal(2, made.GetProperty("legs")[0].GetProperty("phases")[0].GetProperty("steps")[0].GetProperty("rows").GetInt64());
        Assert.True(await shop.Folder.Target.ScalarAsync<bool>("SELECT to_regnamespace('app') IS NULL"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{skip: [all]}", "all", "end", "over", Traits = ["Category", "Soak"])]
    public async Task A_live_move_is_rehearsed_with_its_cut_over_or_left_out_with_it(string rehearsal, params string[] leftOut)
    {
        using var shop = await RehearsalFolder.PrepareAsync(servers, Legacy);
        using var source = SqliteConnection.OpenForWriting(shop.Folder.In("legacy.sqlite"));
        source.Execute("PRAGMA journal_mode = wal");
        source.Execute("CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL)");
        source.Execute("INSERT INTO books (title) VALUES ('one'), ('two')");
        shop.Runbook(
            """
              backfill: {steps: [{id: all, move: {source: legacy, schema: app, live: true}}]}
              switch: {steps: [{id: over, cutover: all}]}
              contract: {steps: [{id: end, release: all, irreversible: the old side is kept up no longer}]}
            """, $"sources: {{legacy: {{path: legacy.sqlite}}}}\nrehearsal: {rehearsal}");
        await shop.BackUpAsync();
        var made = (await shop.RehearseAsync(0, "--count", "1")).GetProperty("made")[0];
        Assert.Equal("Good", made.GetProperty("outcome").GetString());
        Assert.Equal(leftOut, Names(made, "skipped"));
        source.Execute("INSERT INTO books (title) VALUES ('three')");
        Assert.Equal(0, source.QueryInteger("SELECT count(*) FROM sqlite_schema WHERE name LIKE '\\_godwit\\_%' ESCAPE '\\'"));
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_physical_backup_will_do_and_the_other_databases_in_it_are_left_alone()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["wal_level"] = "replica", ["max_wal_senders"] = "10" };
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, settings: settings, cancellationToken: Token);
        using var shop = await RehearsalFolder.PrepareAsync(server, Legacy);
        shop.Folder.Environment["DATABASE_URL"] = shop.Folder.Target.Url.Replace("godwit@", "postgres@", StringComparison.Ordinal);
        shop.Folder.Environment["PGPASSWORD"] = server.Connection("postgres", superuser: true).Password;
        shop.Runbook("  expand:\n    steps: [{id: column, sql: column.sql}]\n  backfill:\n    steps: [{id: fill, backfill: {from: legacy, set: {upper_name: {sql: upper(name)}}, empty_before: true}}]");
        shop.Folder.Sql("column.sql", "ALTER TABLE legacy ADD upper_name text", "ALTER TABLE legacy DROP upper_name");
        await shop.BackUpAsync("physical");
        var before = await shop.FingerprintAsync();
        var made = (await shop.RehearseAsync(0, "--count", "1")).GetProperty("made")[0];
        Assert.Equal("Good", made.GetProperty("outcome").GetString());
        Assert.Equal(500, made.GetProperty("legs")[0].GetProperty("phases")[1].GetProperty("steps")[0].GetProperty("rows").GetInt64());
        Assert.Equal(before, await shop.FingerprintAsync());
        Assert.Empty(shop.Servers());
        Assert.False(shop.HasScratch);
        (await shop.Folder.RunAsync("run")).MustBe(0);
    }

    [Fact]
    public async Task Without_a_backup_or_with_one_from_the_middle_of_the_run_nothing_is_rehearsed()
    {
        using var shop = await SmallAsync("DROP TABLE things");
        Assert.Equal("GW1820", Code(await shop.RehearseAsync(1)));
        shop.Folder.Sql("more.sql", "CREATE VIEW more AS SELECT 1", "DROP VIEW more");
        shop.Runbook("  expand:\n    steps:\n      - sql: things.sql\n  switch:\n    gates:\n      - rehearsed: 2\n    steps:\n      - sql: more.sql");
        (await shop.Folder.RunAsync("run")).MustBe(5);
        await shop.BackUpAsync();
        Assert.Equal("GW1822", Code(await shop.RehearseAsync(1)));
        Assert.False(shop.HasScratch);
        Assert.Equal(0, await shop.OnRecordAsync());
        shop.Folder.Runbook("  expand:\n    steps:\n      - sql: things.sql");
        Assert.Equal("GW1820", Code(await shop.RehearseAsync(1)));
        Assert.Equal(2, (await shop.Folder.RunAsync("rehearse", "--count", "0")).ExitCode);
    }

    [Fact]
    public async Task A_run_that_stands_before_its_gates_gets_its_backup_and_its_rehearsals_and_goes_on()
    {
        using var shop = await SmallAsync("DROP TABLE things");
        shop.Runbook("  expand:\n    gates: [{backup: {}}, {rehearsed: 1}]\n    steps:\n      - sql: things.sql");
        (await shop.Folder.RunAsync("run")).MustBe(5);
        await shop.BackUpAsync();
        await shop.RehearseAsync(0, "--count", "1");
        (await shop.Folder.RunAsync("resume")).MustBe(0);
    }

    [Fact]
    public async Task A_copy_that_does_not_fit_is_refused_before_it_is_made()
    {
        using var shop = await SmallAsync("DROP TABLE things");
        using var small = SmallFileSystem.Mount(50);
        shop.Folder.Environment["GODWIT_STAGING"] = small.Folder;
        var refused = await shop.RehearseAsync(1);
        Assert.Equal("GW1821", Code(refused));
        Assert.Contains("3 times the", refused.GetProperty("findings")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static string? Code(JsonElement document) => document.GetProperty("findings")[0].GetProperty("code").GetString();

    private static IEnumerable<string> Names(JsonElement record, string member) => record.GetProperty(member).EnumerateObject().Select(p => p.Name);

    private async Task<RehearsalFolder> SmallAsync(string down)
    {
        var shop = await RehearsalFolder.PrepareAsync(servers, Legacy);
        shop.Folder.Sql("things.sql", "CREATE TABLE things (id int)", down);
        return shop.Runbook("  expand:\n    gates:\n      - rehearsed: 2\n    steps:\n      - sql: things.sql");
    }

    private async Task<RehearsalFolder> ShopAsync(string service)
    {
        var shop = await RehearsalFolder.PrepareAsync(servers, Legacy);
        shop.Folder.Sql("lower.sql", "ALTER TABLE legacy ADD COLUMN lower text", "ALTER TABLE legacy DROP COLUMN lower").Sql("drop.sql", "CREATE VIEW v AS SELECT 1").Write("weights.tmpl", "blue @blue@\ngreen @green@\n");
        await File.WriteAllTextAsync(shop.Folder.In("write.sh"), $"echo written > {shop.Folder.In("outside")}\n", Token);
        return shop.Runbook($$"""
              expand:
                gates:
                  - rehearsed: 2
                  - window: {allow: [{from: "00:00", to: "24:00"}]}
                steps:
                  - sql: lower.sql
              backfill:
                steps:
                  - {id: fill, backfill: {from: legacy, key: [id], set: {lower: {lower: name} }, empty_before: true} }
              switch:
                steps:
                  - {id: weights, route: {weights: [50, 100], hold: 0s, file: {template: weights.tmpl, path: weights.conf} } }
                  - {id: write, irreversible: it is written, command: {run: [/bin/sh, write.sh]} }
                  - {id: tell, irreversible: it is told, http: {url: "{{service}}/told", method: POST} }
              observe:
                steps:
                  - {id: patience, wait: 2s}
                  - {id: looks, smoke: [{name: there, http: "{{service}}/health"}, {name: full, sql: "SELECT count(*) = 500 FROM legacy"}]}
              contract:
                steps:
                  - {id: drop, irreversible: it stays, sql: drop.sql}
            """);
    }
}
