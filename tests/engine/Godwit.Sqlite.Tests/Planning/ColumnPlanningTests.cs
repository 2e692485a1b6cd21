using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Planning;

namespace Godwit.Sqlite.Tests.Planning;

public sealed class ColumnPlanningTests
{
    private static readonly Place.InFile Here = new("map.yaml", 1, 1);

    private static PlanOptions Mapped(string table, params IReadOnlyList<ColumnMap> columns) => new() { Map = new MapFile([new TableMap(table, columns, Here)]) };

    [Fact]
    public void Text_is_ordered_by_bytes_unless_the_map_says_otherwise()
    {
        var options = Mapped("t", new ColumnMap("b", Here) { Collation = CollationChoice.DatabaseDefault });
        Assert.Equal(["C", null, null], Assert.Single(Planned.Plan(options, "CREATE TABLE t(a TEXT, b TEXT, c INT)").Tables).Columns.Select(c => c.Collation));
    }

    [Fact]
    public void The_map_renames_tables_and_columns_and_everything_follows()
    {
        var map = new MapFile([new TableMap("P", [new ColumnMap("ID", Here) { Rename = "Key" }], Here) { Rename = "parent" }]);
        var plan = Planned.Plan(new PlanOptions { Map = map }, "CREATE TABLE p(id INTEGER PRIMARY KEY, a INT CHECK(id > a))", "CREATE TABLE c(p INT REFERENCES p)");
        Assert.Equal(("parent", "Key", "parent_pkey"), (plan.Tables[0].TargetName, plan.Tables[0].Columns[0].TargetName, plan.Tables[0].PrimaryKey!.Name));
        Assert.Equal(("parent", "Key"), (plan.Tables[1].ForeignKeys[0].Parent, plan.Tables[1].ForeignKeys[0].ParentColumns[0]));
        Assert.Contains("\"Key\"", plan.Tables[0].Checks[0].Sql, StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_that_names_what_is_not_there_is_refused() => Assert.Equal(
        FindingCodes.MapUnknown, Assert.Single(Planned.Result(Mapped("t", new ColumnMap("z", Here)), "CREATE TABLE t(a INT)").Findings).Code);

    [Fact]
    public void Empty_text_that_becomes_NULL_counts_as_NULL()
    {
        var options = Mapped("t", new ColumnMap("a", Here) { EmptyIsNull = true });
        var result = Planned.Result(options, "CREATE TABLE t(a TEXT NOT NULL)", "INSERT INTO t VALUES ('x'), ('')");
        Assert.Contains(result.Findings, f => f.Code == FindingCodes.NotNullViolated && f.Place == new Place.InTable("t", "2", "a"));
    }

    [Fact]
    public void Columns_that_a_foreign_key_joins_become_one_type()
    {
        var plan = Planned.Plan("CREATE TABLE p(id VARCHAR(36) PRIMARY KEY)", "CREATE TABLE c(p UUID REFERENCES p)",
            "INSERT INTO p VALUES ('0f8fad5b-d9cb-469f-a165-70867728950e')", "INSERT INTO c SELECT id FROM p");
        Assert.Equal(plan.Tables[0].Columns[0].Type, plan.Tables[1].Columns[0].Type);
        Assert.Single(plan.Tables[1].ForeignKeys);
    }

    [Fact]
    public void Columns_that_no_one_type_holds_lose_their_key_and_not_their_values()
    {
        string[] statements = ["CREATE TABLE p(id INTEGER PRIMARY KEY)", "CREATE TABLE c(p BLOB REFERENCES p)", "INSERT INTO p VALUES (1)", "INSERT INTO c VALUES (x'31')"];
        var finding = Planned.Refusal(statements);
        Assert.Equal(FindingCodes.ForeignKeyNotMoved, finding.Code);
        Assert.Equal([TargetType.Bigint, TargetType.Bytea], Planned.Accepting("GW1111", statements).Tables.Select(t => t.Columns[0].Type));
    }

    [Fact]
    public void Defaults_go_over_but_not_the_one_of_a_rowid()
    {
        var columns = Planned.Table("CREATE TABLE t(id INTEGER DEFAULT 7 PRIMARY KEY, a INT DEFAULT -3, b TEXT DEFAULT \"two words\", c TEXT DEFAULT current_timestamp, d INT DEFAULT (1 + 2), e)").Columns;
        Assert.Null(columns[0].DefaultSql);
        Assert.All(columns.Skip(1).Take(4), c => Assert.NotNull(c.DefaultSql));
        Assert.Contains("two words", columns[2].DefaultSql, StringComparison.Ordinal);
        Assert.Null(columns[5].DefaultSql);
    }

    [Fact]
    public void A_default_that_means_nothing_in_PostgreSQL_is_a_finding()
    {
        string[] statements = ["CREATE TABLE t(a TEXT DEFAULT (hex(randomblob(8)) || printf('%q', 'x')))"];
        var finding = Planned.Refusal(statements);
        Assert.Equal((FindingCodes.ExpressionNotTranslated, "a"), (finding.Code, ((Place.InTable)finding.Place!).Column));
        var plan = Planned.Accepting("GW1103", statements);
        Assert.Null(plan.Tables[0].Columns[0].DefaultSql);
        Assert.Equal(("default", "t.a"), (plan.NotMoved[0].Kind, plan.NotMoved[0].Name));
    }

    [Fact]
    public void Virtual_and_stored_columns_are_generated_at_the_target()
    {
        var columns = Planned.Table("CREATE TABLE t(a INT, b INT AS (a + 1), c TEXT GENERATED ALWAYS AS ('x' || 'y') STORED)", "INSERT INTO t VALUES (1)").Columns;
        Assert.NotNull(columns[1].GeneratedSql);
        Assert.NotNull(columns[2].GeneratedSql);
    }

    [Fact]
    public void A_column_generated_from_a_generated_one_takes_in_what_that_one_computes()
    {
        // Whichever comes first: SQLite does not mind.
        var columns = Planned.Table("CREATE TABLE t(a INT, d TEXT AS (c || '!'), c INT AS (b * 2), b INT AS (a + 1), e INT AS (A + rowid_ - B), rowid_ INT)", "INSERT INTO t(a, rowid_) VALUES (1, 7)").Columns;
        Assert.All(columns.Where(c => c.SourceName is "b" or "c" or "d" or "e"), c =>
        {
            Assert.NotNull(c.GeneratedSql);
            Assert.DoesNotContain("\"b\"", c.GeneratedSql, StringComparison.Ordinal);
            Assert.DoesNotContain("\"c\"", c.GeneratedSql, StringComparison.Ordinal);
            Assert.Contains("\"a\"", c.GeneratedSql, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Columns_that_double_one_another_do_not_grow_without_end()
    {
        var columns = string.Concat(Enumerable.Range(1, 40).Select(i => $", c{i} TEXT AS (c{i - 1} || c{i - 1}) STORED"));
        var result = Planned.Result(new PlanOptions { Accept = [Acceptance.TryParse("GW1103")!] }, $"CREATE TABLE t(c0 TEXT{columns})");
        Assert.All(result.Plan!.Tables[0].Columns, c => Assert.InRange(c.GeneratedSql?.Length ?? 0, 0, 100_000));
    }

    [Fact]
    public void A_column_generated_from_one_that_does_not_translate_reads_the_plain_column_that_it_becomes()
    {
        var columns = Planned.Accepting("GW1103:t.b", "CREATE TABLE t(a INT, b TEXT AS (printf('%q', a)), c TEXT AS (b || 'x'))", "INSERT INTO t VALUES (1)").Tables[0].Columns;
        Assert.Null(columns[1].GeneratedSql);
        Assert.Contains("\"b\"", columns[2].GeneratedSql, StringComparison.Ordinal);
    }

    [Fact]
    public void A_generated_column_that_does_not_translate_is_copied_when_accepted()
    {
        string[] statements = ["CREATE TABLE t(a INT, b INT AS (a + 1), c TEXT AS (printf('%q', b)))", "INSERT INTO t VALUES (1)"];
        Assert.Equal(FindingCodes.ExpressionNotTranslated, Planned.Refusal(statements).Code);
        var plan = Planned.Accepting("GW1103:t", statements);
        Assert.Null(plan.Tables[0].Columns[2].GeneratedSql);
        Assert.Equal(("generated column", "t.c"), (plan.NotMoved[0].Kind, plan.NotMoved[0].Name));
    }

    [Fact]
    public void The_copys_ranges_and_counts_are_the_profiles()
    {
        var table = Planned.Table("CREATE TABLE t(a INT)", "INSERT INTO t VALUES (1), (2)");
        Assert.Equal((2L, 16L), (table.Rows, table.Bytes));
        Assert.Equal(new RowIdRange(null, null), Assert.Single(table.Ranges));
    }
}
