using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

public sealed class LeftBehindTests(PostgresServers servers)
{
    [Theory]
    [InlineData("CREATE VIRTUAL TABLE search USING fts5(title, body)", "INSERT INTO search VALUES ('a', 'b')", "search", "tsvector")]
    [InlineData("CREATE VIRTUAL TABLE places USING rtree(id, minX, maxX, minY, maxY)", "INSERT INTO places VALUES (1, 0, 1, 0, 1)", "places", "GiST")]
    public async Task A_virtual_table_is_reported_with_what_to_use_instead_and_its_shadows_are_not_tables(string create, string insert, string name, string instead)
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY)", create, insert);
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1104", $"virtual table {name}"), (finding.Code, finding.Place));
        Assert.Contains(instead, finding.Remedy);
        var outcome = (await journey.MoveAsync("--accept", "GW1104")).MustBeVerified();
        Assert.Equal(["t"], outcome.Document.Tables.Select(t => t.Source));
        Assert.Equal((name, "virtual table"), (Assert.Single(outcome.Document.NotMoved).Name, outcome.Document.NotMoved[0].Kind));
        Assert.Contains(create, await File.ReadAllTextAsync(journey.Folder.NotMoved, TestContext.Current.CancellationToken));
        Assert.Equal("t.id bigint not null identity", await journey.ColumnsAsync());
    }

    [Fact]
    public async Task A_trigger_is_a_finding_and_accepted_is_written_down()
    {
        const string trigger = "CREATE TRIGGER touch AFTER UPDATE ON t BEGIN UPDATE t SET v = 'touched' WHERE id = NEW.id; END";
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", trigger, "INSERT INTO t VALUES (1, 'a')");
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1102", trigger), (finding.Code, finding.SourceText));
        (await journey.MoveAsync("--accept", "GW1102:touch")).MustBeVerified();
        Assert.Contains(trigger, await File.ReadAllTextAsync(journey.Folder.NotMoved, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Accepting_one_name_does_not_accept_another()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY)", "CREATE TRIGGER a AFTER DELETE ON t BEGIN SELECT 1; END", "CREATE TRIGGER b AFTER DELETE ON t BEGIN SELECT 1; END");
        Assert.Equal("trigger b", Assert.Single((await journey.MoveAsync("--accept", "GW1102:a")).MustBe(1).Errors).Place);
    }

    [Fact]
    public async Task Views_go_over_and_views_of_views_after_them()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, at DATETIME)", "INSERT INTO t VALUES (1, 'a', '2024-02-29 12:00:00'), (2, 'b', NULL)",
            "CREATE VIEW z AS SELECT id, name, date(at) AS day FROM t", "CREATE VIEW a AS SELECT count(*) AS n, max(name) AS last FROM z WHERE id > 0");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal([2L, "b"], await journey.RowAsync("SELECT * FROM a"));
        Assert.Equal(["2024-02-29", null], await journey.TextsAsync("SELECT day::text FROM z ORDER BY id"));
    }

    [Fact]
    public async Task A_view_over_what_is_not_moved_is_a_finding()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY)", "CREATE VIRTUAL TABLE s USING fts5(x)", "CREATE VIEW v AS SELECT rowid, x FROM s", "CREATE VIEW dangling AS SELECT * FROM nowhere");
        var errors = (await journey.MoveAsync()).MustBe(1).Errors;
        Assert.Equal(["GW1101 view dangling", "GW1101 view v", "GW1104 virtual table s"], errors.Select(f => $"{f.Code} {f.Place}").Order());
        (await journey.MoveAsync("--accept", "GW1104", "--accept", "GW1101")).MustBeVerified();
    }
}
