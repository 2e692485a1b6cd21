using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Refusing;

public sealed class AllAtOnceTests(PostgresServers servers)
{
    private static readonly string[] Troubled =
    [
        "CREATE TABLE texts (id INTEGER PRIMARY KEY, v TEXT, n INTEGER)",
        "INSERT INTO texts VALUES (1, CAST(x'61ff' AS TEXT), 1), (2, CAST(x'610062' AS TEXT), 2), (3, 'Confidential', 'NotANumber'), (4, 'ok', '')",
        "CREATE TABLE keyed (k TEXT PRIMARY KEY)", "INSERT INTO keyed VALUES (NULL), ('a')",
        "CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES texts (id), q INTEGER REFERENCES nowhere (id))", "INSERT INTO child VALUES (1, 77, NULL)",
        "CREATE TABLE there (id INTEGER PRIMARY KEY)",
        "CREATE TRIGGER touch AFTER INSERT ON texts BEGIN SELECT 1; END",
        "CREATE VIEW added AS SELECT v + v AS sum FROM texts",
        "CREATE VIRTUAL TABLE search USING fts5(body)",
        "CREATE TABLE defaults (id INTEGER PRIMARY KEY, v TEXT DEFAULT (printf('%p', random())))",
    ];

    [Fact]
    public async Task Everything_that_stands_against_a_move_is_told_at_once_and_nothing_is_made()
    {
        using var journey = await Journey.PrepareAsync(servers, Troubled);
        await journey.PsqlAsync("CREATE TABLE public.there (x integer)");
        var before = await journey.RelationsAsync();
        var outcome = (await journey.MoveAsync()).MustBe(1);
        Assert.Equal("refused", outcome.Document.Outcome);
        Assert.Equal(
            [
                "GW1101 view added", "GW1102 trigger touch", "GW1103 defaults v", "GW1104 virtual table search", "GW1109 keyed 1 k", "GW1110 child 1 p", "GW1111 child q",
                "GW1201 texts 3 n", "GW1201 texts 4 n", "GW1202 texts 2 v", "GW1203 texts 1 v", "GW1303 there",
            ],
            outcome.Errors.Select(f => string.Join(' ', new[] { f.Code, f.Table ?? f.Place, f.Row, f.Column }.Where(p => p is not null))).Order(StringComparer.Ordinal));
        Assert.All(outcome.Errors, f => Assert.False(string.IsNullOrEmpty(f.Remedy), $"{f.Code} says nothing to do"));
        Assert.Equal(before, await journey.RelationsAsync());
        Assert.False(Directory.Exists(journey.Folder.File(".godwit")));
        Assert.Equal("GW1310", Assert.Single((await journey.RunAsync("resume", "--json")).MustBe(1).Errors).Code);
    }

    [Fact]
    public async Task No_value_of_a_row_is_printed_unless_asked_for()
    {
        using var journey = await Journey.PrepareAsync(servers, Troubled);
        string[][] ways = [["--json"], []];
        foreach (var way in ways)
        {
            foreach (var command in new[] { "move", "profile" })
            {
                string[] target = command == "move" ? ["--to", journey.Target.Url] : [];
                var outcome = await journey.RunAsync([command, "--from", journey.Folder.Source, .. target, .. way]);
                Assert.All(["Confidential", "NotANumber"], value => Assert.DoesNotContain(value, outcome.Output + outcome.Error));
            }
        }
    }

    [Fact]
    public async Task A_dry_run_plans_and_makes_nothing()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO t VALUES (1, 'a')");
        var before = await journey.RelationsAsync();
        var outcome = (await journey.MoveAsync("--dry-run")).MustBe(0);
        Assert.Equal("planned", outcome.Document.Outcome);
        Assert.Equal("bigint, text", outcome.Table("t").Types);
        Assert.Equal(before, await journey.RelationsAsync());
        Assert.False(File.Exists(journey.Folder.Certificate));
    }
}
