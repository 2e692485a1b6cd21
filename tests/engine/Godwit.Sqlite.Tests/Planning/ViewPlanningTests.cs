using Godwit.Model.Findings;
using Godwit.Sqlite.Planning;

namespace Godwit.Sqlite.Tests.Planning;

public sealed class ViewPlanningTests
{
    [Fact]
    public void Views_come_after_what_they_read()
    {
        var plan = Planned.Plan("CREATE TABLE t(a INT)", "CREATE VIEW c AS SELECT a FROM t", "CREATE VIEW b AS SELECT a FROM t WHERE a IN (SELECT a FROM c)",
            "CREATE VIEW a AS WITH c AS (SELECT a FROM b) SELECT a FROM c", "DROP VIEW c", "CREATE VIEW c AS SELECT a + 0 AS a FROM t");
        Assert.Equal(["c", "b", "a"], plan.Views.Select(v => v.TargetName));
    }

    [Fact]
    public void A_common_table_hides_a_view_of_its_name()
    {
        var plan = Planned.Plan("CREATE TABLE t(a INT)", "CREATE VIEW first AS WITH second AS (SELECT 1 AS a) SELECT a FROM second", "CREATE VIEW second AS SELECT a FROM first");
        Assert.Equal(["first", "second"], plan.Views.Select(v => v.TargetName));
    }

    [Fact]
    public void A_views_names_are_lower_case_when_asked_for_and_views_over_it_follow()
    {
        var plan = Planned.Plan(new PlanOptions { Names = NameStyle.Lower }, "CREATE TABLE T(Aa INT)", "CREATE VIEW V1 AS SELECT Aa AS Bb FROM T", "CREATE VIEW V2 AS SELECT Bb FROM V1");
        Assert.Equal([("v1", "bb"), ("v2", "bb")], plan.Views.Select(v => (v.TargetName, v.ColumnNames[0])));
        Assert.Contains("\"V1\".\"bb\"", plan.Views[1].Sql, StringComparison.Ordinal);
    }

    [Fact]
    public void A_view_that_cannot_be_moved_takes_those_that_read_it_along()
    {
        string[] statements = ["CREATE TABLE t(a INT)", "CREATE VIEW v AS SELECT sqlite_version() AS a FROM t", "CREATE VIEW w AS SELECT a FROM v", "CREATE VIEW x AS SELECT a FROM t"];
        var plan = Planned.Accepting("GW1101", statements);
        Assert.Equal(["x"], plan.Views.Select(v => v.TargetName));
        Assert.Equal(["v", "w"], plan.NotMoved.Select(n => n.Name));
        Assert.Contains("reads v", plan.NotMoved[1].Reason, StringComparison.Ordinal);
        Assert.Equal(2, Planned.Result(new PlanOptions(), statements).Findings.Count(f => f.Severity == Severity.Error));
    }
}
