using Godwit.Model.Findings;

namespace Godwit.Sqlite.Tests.Planning;

public sealed class CheckPlanningTests
{
    [Fact]
    public void Checks_of_columns_and_tables_go_over_with_their_names()
    {
        var table = Planned.Table("CREATE TABLE t(a INT CHECK(a > 0) CONSTRAINT small CHECK(a < 9), b INT, CONSTRAINT small CHECK(a <> b), CHECK(b IN (1, 2)))");
        Assert.Equal(["t_a_check", "small", "t_check", "t_check1"], table.Checks.Select(c => c.Name));
        Assert.All(table.Checks, c => Assert.NotEqual("", c.Sql));
    }

    [Fact]
    public void Rows_that_break_a_check_are_refused_by_name_and_the_check_is_left_out_when_accepted()
    {
        string[] statements =
        [
            "CREATE TABLE t(a INT CHECK(a > 0), b TEXT, CHECK(b <> 'it''s'))", "PRAGMA ignore_check_constraints = ON", "INSERT INTO t VALUES (1, 'x'), (-1, 'y'), (NULL, 'z'), (0, NULL)",
        ];
        var finding = Planned.Refusal(statements);
        Assert.Equal((FindingCodes.CheckViolated, new Place.InTable("t", "2, 4", "a"), "a > 0"), (finding.Code, finding.Place, finding.SourceText));
        var plan = Planned.Accepting("GW1113", statements);
        Assert.Equal("t_check", Assert.Single(plan.Tables[0].Checks).Name);
        Assert.Equal(("check", "a > 0"), (Assert.Single(plan.NotMoved).Kind, plan.NotMoved[0].SourceText));
    }

    [Fact]
    public void A_check_may_call_its_table_by_name() => Assert.Equal(FindingCodes.CheckViolated, Planned.Refusal(
        "CREATE TABLE parent(a INT CHECK(parent.a > 0), parent INT REFERENCES parent(a) UNIQUE, UNIQUE(a))", "PRAGMA ignore_check_constraints = ON", "INSERT INTO parent VALUES (-1, -1)").Code);

    [Fact]
    public void A_check_that_PostgreSQL_has_no_words_for_is_a_finding_with_its_text()
    {
        string[] statements = ["CREATE TABLE t(a TEXT CHECK(a GLOB 'x*' AND unicode(a) > 3 AND likelihood(a, 0.5)))"];
        var finding = Planned.Refusal(statements);
        Assert.Equal(FindingCodes.ExpressionNotTranslated, finding.Code);
        Assert.Contains("unicode(a)", finding.SourceText, StringComparison.Ordinal);
        Assert.Empty(Planned.Accepting("GW1103:t", statements).Tables[0].Checks);
    }

    [Fact]
    public void A_declared_length_that_the_data_keep_is_a_check()
    {
        var plan = Planned.Plan("CREATE TABLE t(a VARCHAR(3), b VARCHAR(3))", "INSERT INTO t VALUES ('äöü', 'long')");
        Assert.Equal(("t_a_length", "char_length(\"a\") <= 3"), (Assert.Single(plan.Tables[0].Checks).Name, plan.Tables[0].Checks[0].Sql));
    }
}
