using Godwit.Model.Findings;
using Godwit.Sqlite.Planning;

namespace Godwit.Sqlite.Tests.Planning;

public sealed class LeftBehindTests
{
    [Fact]
    public void Every_trigger_is_an_error_with_its_text_until_it_is_accepted()
    {
        string[] statements =
        [
            "CREATE TABLE t(a INT)", "CREATE TABLE u(a INT)", "CREATE TRIGGER one AFTER INSERT ON t BEGIN DELETE FROM t; END", "CREATE TRIGGER two BEFORE DELETE ON u BEGIN SELECT 1; END",
        ];
        var result = Planned.Result(new PlanOptions(), statements);
        Assert.Null(result.Plan);
        Assert.Equal(2, result.Findings.Count(f => f is { Severity: Severity.Error, SourceText: not null } && f.Code == FindingCodes.TriggerNotMoved));
        Assert.Null(Planned.Result(new PlanOptions { Accept = [Acceptance.TryParse("gw1102:T")!] }, statements).Plan);
        var plan = Planned.Accepting("GW1102", statements);
        Assert.Equal([("trigger", "one"), ("trigger", "two")], plan.NotMoved.Select(n => (n.Kind, n.Name)));
        Assert.Contains("DELETE FROM t", plan.NotMoved[0].SourceText, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_triggers_of_moved_tables_count() => Assert.NotNull(Planned.Result(
        new PlanOptions { Tables = ["u"] }, "CREATE TABLE t(a INT)", "CREATE TABLE u(a INT)", "CREATE TRIGGER one AFTER INSERT ON t BEGIN DELETE FROM t; END").Plan);

    [Theory]
    [InlineData("CREATE VIRTUAL TABLE v USING fts5(body)", "tsvector")]
    [InlineData("CREATE VIRTUAL TABLE v USING fts4(body)", "GIN")]
    [InlineData("CREATE VIRTUAL TABLE v USING rtree(id, a, b)", "GiST")]
    public void A_virtual_table_is_reported_once_with_what_to_use_instead(string sql, string instead)
    {
        string[] statements = ["CREATE TABLE t(a INT)", sql];
        var finding = Planned.Refusal(statements);
        Assert.Equal(FindingCodes.VirtualTable, finding.Code);
        Assert.Contains(instead, finding.Remedy, StringComparison.Ordinal);
        var plan = Planned.Accepting("GW1104:v", statements);
        Assert.Equal(["t"], plan.Tables.Select(t => t.TargetName));
        Assert.Single(plan.NotMoved);
    }

    [Fact]
    public void SpatiaLite_is_recognised_and_its_own_objects_go_unsaid()
    {
        var result = Planned.Result(new PlanOptions(), "CREATE TABLE spatial_ref_sys(srid INTEGER PRIMARY KEY)", "CREATE TABLE geometry_columns(f_table_name TEXT)",
            "CREATE TABLE place(id INTEGER PRIMARY KEY, geom POINT)", "CREATE VIRTUAL TABLE idx_place_geom USING rtree(pkid, xmin, xmax, ymin, ymax)",
            "CREATE VIEW geom_cols_ref_sys AS SELECT f_table_name FROM geometry_columns", "CREATE TRIGGER ggi_place_geom BEFORE INSERT ON place BEGIN SELECT 1; END");
        var finding = Assert.Single(result.Findings, f => f.Severity == Severity.Error);
        Assert.Contains("PostGIS", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_view_over_a_table_that_is_not_wanted_is_a_note()
    {
        var plan = Planned.Result(new PlanOptions { Tables = ["t"] }, "CREATE TABLE t(a INT)", "CREATE TABLE u(a INT)", "CREATE VIEW v AS SELECT * FROM t WHERE a IN (SELECT a FROM u)");
        Assert.Equal((Severity.Note, FindingCodes.ViewNotTranslated), (Assert.Single(plan.Findings).Severity, plan.Findings[0].Code));
        Assert.Equal(("view", "v"), (Assert.Single(plan.Plan!.NotMoved).Kind, plan.Plan.NotMoved[0].Name));
    }

    [Fact]
    public void A_view_that_SQLite_cannot_run_and_one_that_reads_it_are_findings()
    {
        string[] statements = ["CREATE TABLE t(a INT)", "CREATE VIEW b AS SELECT * FROM gone", "CREATE VIEW a AS SELECT * FROM b"];
        var result = Planned.Result(new PlanOptions(), statements);
        Assert.Equal(2, result.Findings.Count(f => f is { Severity: Severity.Error } && f.Code == FindingCodes.ViewNotTranslated));
        Assert.Equal(2, Planned.Accepting("GW1101", statements).NotMoved.Count);
    }

    [Fact]
    public void Too_many_columns_are_refused()
    {
        var columns = string.Join(", ", Enumerable.Range(0, 1601).Select(i => $"c{i} INT"));
        Assert.Equal(FindingCodes.TooManyColumns, Planned.Refusal($"CREATE TABLE t({columns})").Code);
    }

    [Fact]
    public void A_row_that_no_page_holds_is_refused_and_an_empty_table_of_that_width_is_not()
    {
        var columns = string.Join(", ", Enumerable.Range(0, 1200).Select(i => $"c{i} INT"));
        var values = string.Join(", ", Enumerable.Range(0, 1200).Select(_ => "1"));
        Assert.NotNull(Planned.Plan($"CREATE TABLE t({columns})", "INSERT INTO t(c0) VALUES (1)"));
        var finding = Planned.Refusal($"CREATE TABLE t({columns})", "INSERT INTO t(c0) VALUES (1)", $"INSERT INTO t VALUES ({values})");
        Assert.Equal((FindingCodes.TooManyColumns, new Place.InTable("t", "2")), (finding.Code, finding.Place));
    }
}
