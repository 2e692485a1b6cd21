using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.Journeys.Samples;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Moves;

/// <summary>A database that is moved as one step of a runbook: forward, on record, and back.</summary>
public sealed class MoveStepTests(PostgresServers servers)
{
    [Fact]
    public async Task A_runbook_moves_a_database_between_two_migrations_and_takes_all_of_it_back()
    {
        using var folder = await MoveFolder.MusicAsync(servers);
        (await folder.RunAsync("check")).MustBe(0);
        Assert.Equal("finished", (await folder.JsonAsync(0, "run")).GetProperty("outcome").GetString());
        Assert.Equal(3503, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.tracks"));

        (await folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
        await folder.AssertEmptyAsync();
        // Done, undone, and done anew.
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal(3503, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.tracks"));
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url])).MustBe(0);
    }

    [Fact]
    public async Task Part_of_a_run_may_be_taken_back_and_done_again()
    {
        using var folder = await MoveFolder.MusicAsync(servers);
        (await folder.RunAsync("run")).MustBe(0);
        (await folder.RunAsync("rollback", "--to", "expand")).MustBe(6);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'app')"));
        (await folder.RunAsync("resume")).MustBe(0);
        Assert.Equal(3503, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.tracks"));
        Assert.Equal("Aborted,Verified", await folder.Target.ScalarAsync<string>("SELECT string_agg(state, ',' ORDER BY started_at) FROM godwit.runs WHERE kind = 'move'"));
    }

    [Fact]
    public async Task What_was_proven_is_on_record()
    {
        using var folder = await MoveFolder.MusicAsync(servers);
        (await folder.RunAsync("run")).MustBe(0);
        var entry = JsonDocument.Parse(await folder.Target.ScalarAsync<string>("SELECT body FROM godwit.journal WHERE body LIKE '%\"music\"%' AND kind = 'step-verified'"));
        var evidence = entry.RootElement.GetProperty("evidence");
        Assert.Equal(("11", "15607", "0"), (evidence.GetProperty("tables").GetString(), evidence.GetProperty("rows").GetString(), evidence.GetProperty("in quarantine").GetString()));

        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["certificate", "export", folder.File, "--out", folder.In("out")])).MustBe(0);
        var file = Path.Combine(folder.In("out"), "music.certificate.json");
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["certificate", "verify", file])).MustBe(0);
        Assert.Equal(evidence.GetProperty("certificate").GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken))));

        var report = (await folder.RunAsync("report")).MustBe(0).Output;
        Assert.Contains("## Moves", report, StringComparison.Ordinal);
        Assert.Contains("| Track | Track | 3,503 |", report.Replace("  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        // What moved it is looked at again by a move's own means.
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["verify", "--from", folder.In("legacy.sqlite"), "--to", folder.Target.Url, "--schema", "app"])).MustBe(0);
    }

    [Fact]
    public async Task A_plan_says_what_will_be_moved_and_its_hash_does_not_depend_on_it()
    {
        using var folder = await MoveFolder.MusicAsync(servers);
        var before = await folder.JsonAsync(0, "plan");
        var step = before.GetProperty("phases").EnumerateArray().SelectMany(p => p.GetProperty("steps").EnumerateArray()).Single(s => s.GetProperty("id").GetString() == "music");
        Assert.Contains(step.GetProperty("expected").EnumerateArray(), l => l.GetString()!.Contains("11 tables with 15,607 rows", StringComparison.Ordinal));
        folder.ChangeSource("INSERT INTO Genre (Name) VALUES ('Zydeco')");
        var after = await folder.JsonAsync(0, "plan");
        Assert.Contains("15,608 rows", after.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(before.GetProperty("hash").GetString(), after.GetProperty("hash").GetString());
        File.Delete(folder.In("legacy.sqlite"));
        Assert.Equal(before.GetProperty("hash").GetString(), (await folder.JsonAsync(0, "plan")).GetProperty("hash").GetString());
    }

    [Fact]
    public async Task Two_databases_go_into_two_schemas()
    {
        using var folder = await RunbookFolder.PrepareAsync(servers);
        SampleDatabase.Copy("chinook.sqlite", folder.In("music.sqlite"));
        SampleDatabase.Copy("northwind.sqlite", folder.In("trade.sqlite"));
        folder.Environment["TRADE_DATABASE"] = "trade.sqlite";
        folder.Runbook(
            """
              backfill:
                steps:
                  - {id: music, move: {source: music, schema: music}}
                  - {id: trade, move: {source: trade, schema: trade, accept: [GW1101, GW1103, GW1104], quarantine: true}}
            """,
            sources: "{music: {path: music.sqlite}, trade: {env: TRADE_DATABASE}}");
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal(3503, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM music.\"Track\""));
        Assert.True(await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'trade'") > 5);
        (await folder.RunAsync("rollback")).MustBe(6);
        await folder.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_schema_that_was_there_before_stays()
    {
        using var folder = await MoveFolder.MusicAsync(servers);
        await folder.Target.ExecuteAsync("CREATE SCHEMA app");
        (await folder.RunAsync("run")).MustBe(0);
        (await folder.RunAsync("rollback")).MustBe(6);
        Assert.True(await folder.Target.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'app')"));
    }

    [Fact]
    public async Task Rows_that_were_written_since_are_not_lost_by_going_back()
    {
        using var folder = await MoveFolder.MusicAsync(servers);
        (await folder.RunAsync("run")).MustBe(0);
        await folder.Target.ExecuteAsync("INSERT INTO app.\"Genre\" (\"Name\") VALUES ('Zydeco')");
        var refused = await folder.JsonAsync(5, "rollback");
        Assert.Equal("GW1783", Assert.Single(refused.GetProperty("findings").EnumerateArray()).GetProperty("code").GetString());
        Assert.Equal(3503, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM app.\"Track\""));
        await folder.Target.ExecuteAsync("DELETE FROM app.\"Genre\" WHERE \"Name\" = 'Zydeco'; ALTER TABLE app.\"Genre\" ADD COLUMN origin text");
        Assert.Contains("columns that were not moved", (await folder.RunAsync("rollback")).MustBe(5).Output, StringComparison.Ordinal);
        await folder.Target.ExecuteAsync("ALTER TABLE app.\"Genre\" DROP COLUMN origin");
        (await folder.RunAsync("rollback")).MustBe(6);
        await folder.AssertEmptyAsync();
    }
}
