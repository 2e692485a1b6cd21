using Godwit.Model.Findings;

namespace Godwit.Sqlite.Tests.Planning;

public sealed class IndexPlanningTests
{
    [Fact]
    public void Direction_and_collation_go_over()
    {
        var table = Planned.Table("CREATE TABLE t(\"a b\" TEXT, c TEXT COLLATE NOCASE)", "CREATE INDEX i ON t(\"a b\" DESC, c, \"a b\" COLLATE RTRIM ASC, c COLLATE BINARY)");
        Assert.Equal("\"a b\" DESC, (lower(\"c\" COLLATE \"C\")), (rtrim(\"a b\")), \"c\"", Assert.Single(table.Indexes).KeySql);
    }

    [Fact]
    public void A_unique_index_that_folds_stays_unique_as_it_was()
    {
        var plan = Planned.Plan("CREATE TABLE t(a TEXT)", "CREATE UNIQUE INDEX u ON t(a COLLATE NOCASE)");
        Assert.Equal((true, "(lower(\"a\" COLLATE \"C\"))"), (plan.Tables[0].Indexes[0].Unique, plan.Tables[0].Indexes[0].KeySql));
    }

    [Fact]
    public void Expressions_and_predicates_are_translated()
    {
        var table = Planned.Table("CREATE TABLE t(a TEXT COLLATE NOCASE, b INT)", "CREATE UNIQUE INDEX i ON t(b + 1 DESC, (a || 'x') COLLATE NOCASE, +a, a COLLATE BINARY) WHERE b > 3 AND a IS NOT NULL");
        var index = Assert.Single(table.Indexes);
        Assert.EndsWith(", \"a\"", index.KeySql, StringComparison.Ordinal);
        Assert.Contains("DESC", index.KeySql, StringComparison.Ordinal);
        Assert.Equal(2, index.KeySql.Split("lower(").Length);
        Assert.Contains("\"b\" > 3", index.WhereSql, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_that_cannot_be_translated_is_a_finding_with_its_statement()
    {
        string[] statements = ["CREATE TABLE t(a TEXT)", "CREATE UNIQUE INDEX i ON t(quote(a))"];
        var finding = Planned.Refusal(statements);
        Assert.Equal((FindingCodes.ExpressionNotTranslated, statements[1]), (finding.Code, finding.SourceText));
        Assert.Equal("unique index", Assert.Single(Planned.Accepting("GW1103:t", statements).NotMoved).Kind);
    }

    [Fact]
    public void An_index_that_repeats_a_key_goes_over_all_the_same() =>
        Assert.Single(Planned.Table("CREATE TABLE t(a INT PRIMARY KEY)", "CREATE UNIQUE INDEX mine ON t(a)").Indexes);

    [Fact]
    public void An_index_over_a_number_is_not_folded() =>
        Assert.Equal("\"a\"", Planned.Table("CREATE TABLE t(a INT COLLATE NOCASE)", "CREATE INDEX i ON t(a)").Indexes[0].KeySql);

    [Fact]
    public void A_key_too_long_for_a_B_tree_is_left_out_when_accepted()
    {
        string[] statements = ["CREATE TABLE t(a TEXT, b BLOB)", "CREATE INDEX i ON t(a, b)", "INSERT INTO t VALUES (printf('%.1500c', 'x'), zeroblob(1500)), (printf('%.1500c', 'x'), NULL)"];
        var finding = Planned.Refusal(statements);
        Assert.Equal((FindingCodes.IndexKeyTooLong, new Place.InTable("t", "1")), (finding.Code, finding.Place));
        var plan = Planned.Accepting("GW1107:i", statements);
        Assert.Empty(plan.Tables[0].Indexes);
        Assert.Equal(("index", "i", statements[1]), (plan.NotMoved[0].Kind, plan.NotMoved[0].Name, plan.NotMoved[0].SourceText));
    }
}
