using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Moves;

/// <summary>What stands against a move of a runbook is told before anything is made, all of it at once.</summary>
public sealed class MoveRefusalTests(PostgresServers servers)
{
    [Fact]
    public async Task Wrong_settings_are_found_without_a_database()
    {
        using var folder = await MoveFolder.MusicAsync(servers);
        folder.Environment["DATABASE_URL"] = null;
        folder.Sql("map.yaml", "tables:\n  Track:\n    columns:\n      Name: {typ: text}\n").Runbook(
            """
              backfill:
                steps:
                  - {id: unknown, move: {source: legasy}}
                  - {id: no-map, move: {source: legacy, map: gone.yaml}}
                  - {id: bad-map, move: {source: legacy, map: map.yaml}}
                  - {id: accepts, move: {source: legacy, accept: [GW1303]}}
                  - {id: own, move: {source: legacy, schema: godwit}}
            """,
            sources: "{legacy: {path: legacy.sqlite}}");
        var findings = (await folder.JsonAsync(1, "check")).GetProperty("findings").EnumerateArray().ToList();
        Assert.Equal(["GW1401", "GW1402", "GW1605", "GW1770", "GW1780"], findings.Select(Code).Order(StringComparer.Ordinal));
        Assert.Contains("legacy", findings.Single(f => Code(f) == "GW1780").GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_stands_against_it_is_told_at_once_and_nothing_is_made()
    {
        using var folder = await MoveFolder.MusicAsync(servers);
        folder.ChangeSource("UPDATE Track SET UnitPrice = 'much' WHERE TrackId = 3");
        folder.ChangeSource("INSERT INTO Genre (Name) VALUES (CAST(x'41ff' AS TEXT))");
        await folder.Target.ExecuteAsync("CREATE SCHEMA app; CREATE TABLE app.\"Album\" (id int)");
        var paused = await folder.JsonAsync(5, "run");
        var codes = paused.GetProperty("findings").EnumerateArray().Select(Code).ToList();
        Assert.Contains("GW1201", codes);
        Assert.Contains("GW1203", codes);
        Assert.Contains("GW1303", codes);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.runs WHERE kind = 'move'"));
        Assert.DoesNotContain("much", await folder.Target.ScalarAsync<string>("SELECT string_agg(body, '') FROM godwit.journal"), StringComparison.Ordinal);

        await folder.Target.ExecuteAsync("DROP TABLE app.\"Album\"");
        folder.ChangeSource("UPDATE Track SET UnitPrice = 0.99 WHERE TrackId = 3");
        folder.ChangeSource("DELETE FROM Genre WHERE GenreId > 25");
        (await folder.RunAsync("resume")).MustBe(0);
    }

    [Theory]
    [InlineData("GW1781", "{legacy: {env: NOBODY_SETS_THIS}}")]
    [InlineData("GW1001", "{legacy: {path: gone.sqlite}}")]
    public async Task A_source_that_is_not_there_halts_before_anything_is_made(string code, string sources)
    {
        using var folder = await MoveFolder.MusicAsync(servers);
        folder.Runbook("  backfill:\n    steps:\n      - move: legacy\n", sources: sources);
        var paused = await folder.JsonAsync(5, "run");
        Assert.Equal(code, Code(Assert.Single(paused.GetProperty("findings").EnumerateArray())));
        (await folder.RunAsync("rollback")).MustBe(6);
    }

    [Fact]
    public async Task A_source_that_somebody_has_locked_halts_and_is_moved_once_it_is_free()
    {
        using var folder = await MoveFolder.MusicAsync(servers);
        using (var connection = SqliteConnection.OpenForWriting(folder.In("legacy.sqlite")))
        {
            connection.Execute("BEGIN EXCLUSIVE");
            using var runner = folder.Start("run", "--json");
            var paused = JsonDocument.Parse((await runner.WaitAsync()).MustBe(5).Output).RootElement;
            Assert.Equal("GW1004", Code(Assert.Single(paused.GetProperty("findings").EnumerateArray())));
        }
        (await folder.RunAsync("resume")).MustBe(0);
    }

    [Fact]
    public async Task What_a_step_may_do_without_is_told_as_its_setting()
    {
        using var folder = await MoveFolder.MusicAsync(servers);
        folder.ChangeSource("CREATE VIEW shout AS SELECT Name || Milliseconds + 1 AS n FROM Track");
        var paused = await folder.JsonAsync(5, "run");
        Assert.EndsWith("accept: [GW1101:shout] in the step goes on without it.", Assert.Single(paused.GetProperty("findings").EnumerateArray()).GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mapping_file_belongs_to_the_plan()
    {
        using var folder = await MoveFolder.MusicAsync(servers);
        folder.Sql("map.yaml", "tables:\n  Track:\n    rename: songs\n").Runbook(
            "  backfill:\n    steps:\n      - move: {source: legacy, map: map.yaml, names: lower, tables: [Track, Album, Artist, Genre, MediaType]}\n", sources: "{legacy: {path: legacy.sqlite}}");
        var hash = (await folder.JsonAsync(0, "plan")).GetProperty("hash").GetString();
        folder.Sql("map.yaml", "tables:\n  Track:\n    rename: pieces\n");
        Assert.NotEqual(hash, (await folder.JsonAsync(0, "plan")).GetProperty("hash").GetString());
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal(3503, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.pieces"));
    }

    private static string Code(JsonElement finding) => finding.GetProperty("code").GetString()!;
}
