using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Planning;

namespace Godwit.Sqlite.Tests.Planning;

public sealed class KeyPlanningTests
{
    [Fact]
    public void A_rowid_alias_is_an_identity_and_the_primary_key()
    {
        var table = Planned.Table("CREATE TABLE t(a TEXT, id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES ('x', 5)");
        Assert.True(table.Columns[1] is { Identity: true, NotNull: true });
        Assert.Equal([1], table.PrimaryKey!.Columns);
        Assert.Equal((1, 5L), (table.RowIdColumn, table.SequenceLast));
    }

    [Fact]
    public void INTEGER_PRIMARY_KEY_DESC_is_no_identity()
    {
        var table = Planned.Table("CREATE TABLE t(id INTEGER PRIMARY KEY DESC)");
        Assert.False(table.Columns[0].Identity);
        Assert.Null(table.SequenceLast);
        Assert.Equal([0], table.PrimaryKey!.Columns);
    }

    [Theory]
    [InlineData("INSERT INTO t VALUES (7), (3)", 7L)]
    [InlineData("INSERT INTO t VALUES (-7)", 0L)]
    [InlineData("INSERT INTO t VALUES (9223372036854775807)", long.MaxValue)]
    [InlineData("DELETE FROM t", 0L)]
    public void Without_AUTOINCREMENT_numbering_goes_on_after_the_largest_rowid(string insert, long last) =>
        Assert.Equal(last, Planned.Table("CREATE TABLE t(id INTEGER PRIMARY KEY)", insert).SequenceLast);

    [Theory]
    [InlineData(900L, 900L)]
    [InlineData(2L, 3L)]
    public void AUTOINCREMENT_goes_on_after_the_larger_of_sequence_and_rowid(long sequence, long last) => Assert.Equal(last, Planned.Table(
        "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT)", "INSERT INTO t VALUES (3)", $"UPDATE sqlite_sequence SET seq = {sequence}").SequenceLast);

    [Fact]
    public void A_composite_key_of_a_table_without_rowid_keeps_its_order()
    {
        var table = Planned.Table("CREATE TABLE t(a TEXT, b INT, PRIMARY KEY(b, a)) WITHOUT ROWID", "INSERT INTO t VALUES ('x', 1)");
        Assert.False(table.HasRowId);
        Assert.Equal([1, 0], table.PrimaryKey!.Columns);
        Assert.Equal([1, 0], table.KeyColumns);
        Assert.All(table.Columns, c => Assert.True(c.NotNull));
    }

    [Fact]
    public void A_table_without_a_key_has_none()
    {
        var table = Planned.Table("CREATE TABLE t(a INT)");
        Assert.Null(table.PrimaryKey);
        Assert.Empty(table.KeyColumns);
        Assert.True(table.HasRowId);
    }

    [Fact]
    public void NULL_in_a_primary_key_is_refused_with_its_rows()
    {
        var finding = Planned.Refusal("CREATE TABLE t(a TEXT PRIMARY KEY)", "INSERT INTO t(rowid, a) VALUES (4, NULL), (6, 'x'), (9, NULL)");
        Assert.Equal(FindingCodes.NullInPrimaryKey, finding.Code);
        Assert.Equal(new Place.InTable("t", "4, 9", "a"), finding.Place);
    }

    [Fact]
    public void Accepted_NULL_makes_the_key_UNIQUE()
    {
        var table = Assert.Single(Planned.Accepting("GW1109:T", "CREATE TABLE t(a TEXT, b TEXT, CONSTRAINT k PRIMARY KEY(a, b))", "INSERT INTO t VALUES (NULL, 'x')").Tables);
        Assert.Null(table.PrimaryKey);
        var key = Assert.Single(table.Uniques);
        Assert.Equal("k", key.Name);
        Assert.Equal([0, 1], key.Columns);
        Assert.False(table.Columns[0].NotNull);
    }

    [Fact]
    public void Unique_constraints_keep_their_names_and_one_that_repeats_the_primary_key_goes()
    {
        var table = Planned.Table("CREATE TABLE t(id INTEGER PRIMARY KEY UNIQUE, a INT CONSTRAINT one UNIQUE, b INT, CONSTRAINT two UNIQUE(b, a), UNIQUE(b))");
        Assert.Equal([("one", "1"), ("two", "2,1"), ("t_b_key", "2")], table.Uniques.Select(u => (u.Name, string.Join(',', u.Columns))));
    }

    [Theory]
    [InlineData("NOCASE", "lower(\"a\" COLLATE \"C\")")]
    [InlineData("RTRIM", "rtrim(\"a\")")]
    public void A_key_that_folds_is_kept_on_the_raw_value_and_on_the_folded_one(string collation, string expression)
    {
        var result = Planned.Result(new PlanOptions(), $"CREATE TABLE t(a TEXT COLLATE {collation}, b INT, PRIMARY KEY(a, b))", "INSERT INTO t VALUES ('x', 1)");
        var table = Assert.Single(result.Plan!.Tables);
        Assert.Equal([0, 1], table.PrimaryKey!.Columns);
        Assert.Equal([expression, "\"b\""], Assert.Single(table.Uniques).Expressions!);
        var warning = Assert.Single(result.Findings, f => f.Code == FindingCodes.CaseInsensitiveText);
        Assert.Equal(Severity.Warning, warning.Severity);
    }

    [Fact]
    public void A_unique_constraint_that_folds_is_a_unique_index_and_bare_too_only_where_a_foreign_key_points_at_it()
    {
        var plan = Planned.Plan("CREATE TABLE p(a TEXT COLLATE NOCASE UNIQUE, b TEXT COLLATE NOCASE UNIQUE)", "CREATE TABLE c(a TEXT REFERENCES p(a))");
        Assert.Equal(["p_a_folded_key", "p_a_key", "p_b_folded_key"], plan.Tables[0].Uniques.Select(u => u.Name));
        Assert.Single(plan.Tables[1].ForeignKeys);
    }

    [Fact]
    public void A_key_longer_than_a_B_tree_holds_is_refused_with_its_rows()
    {
        string[] statements = ["CREATE TABLE t(a TEXT PRIMARY KEY)", "INSERT INTO t(rowid, a) VALUES (1, 'x'), (8, printf('%.3000c', 'y'))"];
        var finding = Planned.Refusal(statements);
        Assert.Equal((FindingCodes.IndexKeyTooLong, new Place.InTable("t", "8", "a")), (finding.Code, finding.Place));
        var plan = Planned.Accepting("GW1107", statements);
        Assert.Null(plan.Tables[0].PrimaryKey);
        Assert.Equal(("primary key", "t"), (plan.NotMoved[0].Kind, plan.NotMoved[0].Name));
    }

    [Fact]
    public void A_key_just_short_enough_is_kept() =>
        Assert.NotNull(Planned.Table("CREATE TABLE t(a TEXT PRIMARY KEY)", "INSERT INTO t VALUES (printf('%.2690c', 'y'))").PrimaryKey);

    [Fact]
    public void NULL_in_a_NOT_NULL_column_is_refused_and_accepted()
    {
        string[] statements =
        [
            "CREATE TABLE t(a INT, b INT)", "INSERT INTO t VALUES (1, NULL), (2, 2)", "PRAGMA writable_schema = ON",
            "UPDATE sqlite_schema SET sql = 'CREATE TABLE t(a INT, b INT NOT NULL)' WHERE name = 't'", "PRAGMA writable_schema = RESET",
        ];
        var finding = Planned.Refusal(statements);
        Assert.Equal((FindingCodes.NotNullViolated, new Place.InTable("t", "1", "b")), (finding.Code, finding.Place));
        Assert.False(Planned.Accepting("GW1114:t", statements).Tables[0].Columns[1].NotNull);
    }

    [Theory]
    [InlineData("CREATE TABLE t({0}, PRIMARY KEY({1}))")]
    [InlineData("CREATE TABLE t({0}, UNIQUE({1}))")]
    [InlineData("CREATE TABLE t({0}); CREATE INDEX i ON t({1})")]
    public void More_columns_than_an_index_of_PostgreSQL_takes_are_a_finding(string statements)
    {
        static string[] Of(string statements, int columns) =>
            string.Format(statements, string.Join(", ", Enumerable.Range(0, columns).Select(i => $"c{i} INT")), string.Join(", ", Enumerable.Range(0, columns).Select(i => $"c{i}"))).Split(';');
        Assert.NotNull(Planned.Table(Of(statements, 32)));
        Assert.Equal(FindingCodes.IndexKeyTooLong, Planned.Refusal(Of(statements, 33)).Code);
        Assert.NotEmpty(Planned.Accepting("GW1107", Of(statements, 33)).NotMoved);
    }
}
