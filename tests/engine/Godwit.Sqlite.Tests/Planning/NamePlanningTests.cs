using System.Text;
using Godwit.Model.Findings;
using Godwit.Sqlite.Planning;

namespace Godwit.Sqlite.Tests.Planning;

public sealed class NamePlanningTests
{
    [Fact]
    public void Names_are_kept_exactly()
    {
        var plan = Planned.Plan(""""CREATE TABLE "select Ä ""x"""([a b] INT, `Group` INT, 'it''s' INT)"""", """"CREATE INDEX "My Index" ON "select Ä ""x"""("Group")"""");
        var table = Assert.Single(plan.Tables);
        Assert.Equal("select Ä \"x\"", table.TargetName);
        Assert.Equal(["a b", "Group", "it's"], table.Columns.Select(c => c.TargetName));
        Assert.Equal("My Index", Assert.Single(table.Indexes).Name);
    }

    [Fact]
    public void Names_are_lower_case_when_asked_for()
    {
        var table = Assert.Single(Planned.Plan(new PlanOptions { Names = NameStyle.Lower }, "CREATE TABLE Users(UserId INTEGER PRIMARY KEY, Mail TEXT UNIQUE)", "CREATE INDEX IX_Mail ON Users(Mail)").Tables);
        Assert.Equal("users", table.TargetName);
        Assert.Equal(["userid", "mail"], table.Columns.Select(c => c.TargetName));
        Assert.Equal(("users_pkey", "users_mail_key", "ix_mail"), (table.PrimaryKey!.Name, table.Uniques[0].Name, table.Indexes[0].Name));
        Assert.Equal("\"mail\"", table.Indexes[0].KeySql);
    }

    [Fact]
    public void Names_that_differ_only_where_lower_case_folds_them_collide()
    {
        var result = Planned.Result(new PlanOptions { Names = NameStyle.Lower }, "CREATE TABLE Ä(x INT)", "CREATE TABLE ä(Ö INT, ö INT)");
        Assert.Null(result.Plan);
        Assert.Equal(2, result.Findings.Count(f => f.Code == FindingCodes.NameCollision));
    }

    [Fact]
    public void A_long_name_is_cut_at_a_character_with_a_hash_and_a_warning()
    {
        var name = new string('ü', 40);
        var result = Planned.Result(new PlanOptions(), $"CREATE TABLE \"{name}\"(\"{name}1\" INT, \"{name}2\" INT)");
        var table = Assert.Single(result.Plan!.Tables);
        string[] names = [table.TargetName, .. table.Columns.Select(c => c.TargetName)];
        Assert.Equal(3, names.Distinct().Count());
        Assert.All(names, n => Assert.InRange(Encoding.UTF8.GetByteCount(n), 62, 63));
        Assert.Equal(3, result.Findings.Count(f => f.Code == FindingCodes.NameChanged));
    }

    [Fact]
    public void Names_of_63_bytes_are_left_alone()
    {
        var name = new string('n', 63);
        var result = Planned.Result(new PlanOptions(), $"CREATE TABLE {name}(a INT)");
        Assert.Equal(name, Assert.Single(result.Plan!.Tables).TargetName);
        Assert.DoesNotContain(result.Findings, f => f.Code == FindingCodes.NameChanged);
    }

    [Fact]
    public void A_column_that_is_called_like_one_of_PostgreSQLs_own_gets_another_name()
    {
        var result = Planned.Result(new PlanOptions(), "CREATE TABLE box(xmin INT, xmax INT, XMAX_ INT, CTID INT)");
        Assert.Equal(["xmin_", "xmax_", "XMAX_", "CTID"], Assert.Single(result.Plan!.Tables).Columns.Select(c => c.TargetName));
        Assert.Equal(2, result.Findings.Count(f => f.Code == FindingCodes.NameChanged));
    }

    [Fact]
    public void What_a_key_is_called_does_not_meet_a_table_an_index_or_another_key()
    {
        var plan = Planned.Plan(
            "CREATE TABLE a(id INTEGER, CONSTRAINT pk PRIMARY KEY(id))", "CREATE TABLE b(id INTEGER, CONSTRAINT pk PRIMARY KEY(id))",
            "CREATE TABLE c(id INTEGER, x INT CONSTRAINT b UNIQUE, PRIMARY KEY(id))", "CREATE TABLE c_pkey(x INT UNIQUE)", "CREATE INDEX c_pkey_x_key ON a(id)");
        Assert.Equal(["pk", "b_pkey", "c_pkey1"], plan.Tables.Take(3).Select(t => t.PrimaryKey!.Name));
        Assert.Equal("c_x_key", plan.Tables[2].Uniques[0].Name);
        Assert.Equal("c_pkey_x_key1", plan.Tables[3].Uniques[0].Name);
    }

    [Fact]
    public void A_sequence_does_not_take_the_name_of_a_table()
    {
        var plan = Planned.Plan("CREATE TABLE t(id INTEGER PRIMARY KEY)", "CREATE TABLE t_id_seq(id INTEGER PRIMARY KEY)");
        Assert.Equal(["t_id_seq1", "t_id_seq_id_seq"], plan.Tables.Select(t => t.SequenceName));
    }

    [Fact]
    public void A_check_does_not_take_the_name_that_PostgreSQL_gives_to_NOT_NULL() =>
        Assert.Equal("t_a_check", Planned.Table("CREATE TABLE t(a INT NOT NULL CONSTRAINT t_a_not_null CHECK(a IS NOT NULL))").Checks[0].Name);

    [Fact]
    public void Planning_twice_gives_the_same_names()
    {
        string[] statements = ["CREATE TABLE t(a INT UNIQUE, b INT CHECK(b > 0), UNIQUE(b, a))", $"CREATE TABLE {new string('t', 70)}(a INT UNIQUE)"];
        static IEnumerable<string> Names(string[] s) => Planned.Accepting("GW1103", s).Tables.SelectMany(t => t.Uniques).Select(u => u.Name);
        Assert.Equal(Names(statements), Names(statements));
    }

    [Fact]
    public void An_empty_name_which_PostgreSQL_does_not_have_becomes_an_underscore_with_a_warning()
    {
        var result = Planned.Result(new PlanOptions(), "CREATE TABLE \"\"(\"\" INT CONSTRAINT \"\" UNIQUE CONSTRAINT \"\" CHECK (1), b INT)");
        var table = Assert.Single(result.Plan!.Tables);
        Assert.Equal("_", table.TargetName);
        Assert.Equal(["_", "b"], table.Columns.Select(c => c.TargetName));
        Assert.DoesNotContain("", table.Uniques.Select(u => u.Name).Concat(table.Checks.Select(c => c.Name)));
        Assert.Equal(2, result.Findings.Count(f => f.Code == FindingCodes.NameChanged));
    }

    [Fact]
    public void An_empty_name_does_not_take_the_place_of_an_underscore() =>
        Assert.Equal(FindingCodes.NameCollision, Planned.Refusal("CREATE TABLE t(\"\" INT, _ INT)").Code);
}
