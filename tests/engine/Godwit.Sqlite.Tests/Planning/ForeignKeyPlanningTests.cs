using Godwit.Model.Findings;
using Godwit.Sqlite.Planning;

namespace Godwit.Sqlite.Tests.Planning;

public sealed class ForeignKeyPlanningTests
{
    [Fact]
    public void Composite_implicit_and_self_references_find_their_columns()
    {
        var plan = Planned.Plan("CREATE TABLE c(id INTEGER PRIMARY KEY, up INT REFERENCES c, x INT, y INT, CONSTRAINT fk FOREIGN KEY(x, y) REFERENCES P)", "CREATE TABLE p(b INT, a INT, PRIMARY KEY(a, b))");
        Assert.Equal(["p", "c"], plan.Tables.Select(t => t.TargetName));
        var keys = plan.Tables[1].ForeignKeys;
        Assert.Equal(("c_up_fkey", "c", "id"), (keys[0].Name, keys[0].Parent, Assert.Single(keys[0].ParentColumns)));
        Assert.Equal(("fk", "p"), (keys[1].Name, keys[1].Parent));
        Assert.Equal([2, 3], keys[1].Columns);
        Assert.Equal(["a", "b"], keys[1].ParentColumns);
    }

    [Fact]
    public void Actions_and_deferral_go_over()
    {
        var plan = Planned.Plan("CREATE TABLE p(id INTEGER PRIMARY KEY)", """
            CREATE TABLE c(a INT REFERENCES p ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED, b INT REFERENCES p DEFERRABLE,
                c INT REFERENCES p ON DELETE RESTRICT, d INT REFERENCES p(id) ON DELETE SET DEFAULT NOT DEFERRABLE INITIALLY DEFERRED)
            """);
        var keys = plan.Tables[1].ForeignKeys;
        Assert.Equal(["CASCADE", "NO ACTION", "RESTRICT", "SET DEFAULT"], keys.Select(k => k.OnDelete));
        Assert.Equal("SET NULL", keys[0].OnUpdate);
        Assert.Equal([true, false, false, false], keys.Select(k => k.InitiallyDeferred));
        Assert.All(keys, k => Assert.True(k.Validate));
    }

    [Fact]
    public void A_cycle_is_planned_and_ordered_somehow()
    {
        var plan = Planned.Plan("CREATE TABLE a(id INTEGER PRIMARY KEY, b INT REFERENCES b)", "CREATE TABLE b(id INTEGER PRIMARY KEY, a INT REFERENCES a)", "CREATE TABLE z(a INT REFERENCES a)");
        Assert.Equal(3, plan.Tables.Count);
        Assert.Equal("z", plan.Tables[2].TargetName);
        Assert.All(plan.Tables, t => Assert.Single(t.ForeignKeys));
    }

    [Theory]
    [InlineData("CREATE TABLE c(a INT REFERENCES gone(x))", "no such table")]
    [InlineData("CREATE TABLE c(a INT REFERENCES p(missing))", "columns that are there")]
    [InlineData("CREATE TABLE c(a INT, b INT, FOREIGN KEY(a, b) REFERENCES p)", "columns that are there")]
    [InlineData("CREATE TABLE c(a INT REFERENCES p(loose))", "unique")]
    public void What_PostgreSQL_could_not_hold_is_a_finding_with_its_words(string sql, string reason)
    {
        string[] statements = ["CREATE TABLE p(id INTEGER PRIMARY KEY, loose INT)", sql];
        var finding = Planned.Refusal(statements);
        Assert.Equal(FindingCodes.ForeignKeyNotMoved, finding.Code);
        Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
        Assert.Contains("REFERENCES", finding.SourceText, StringComparison.Ordinal);
        var plan = Planned.Accepting("GW1111:c", statements);
        Assert.Empty(plan.Tables.Single(t => t.SourceName == "c").ForeignKeys);
        Assert.Equal("foreign key", Assert.Single(plan.NotMoved).Kind);
    }

    [Fact]
    public void A_unique_index_of_a_statement_is_enough_for_a_parent()
    {
        var plan = Planned.Plan("CREATE TABLE p(a INT, b INT)", "CREATE UNIQUE INDEX u ON p(b, a)", "CREATE TABLE c(x INT, y INT, FOREIGN KEY(x, y) REFERENCES p(a, b))");
        Assert.Equal(["a", "b"], Assert.Single(plan.Tables[1].ForeignKeys).ParentColumns);
    }

    [Fact]
    public void Orphans_are_told_with_their_number_and_first_rows()
    {
        string[] statements =
        [
            "CREATE TABLE p(id INTEGER PRIMARY KEY)", "CREATE TABLE c(a INT REFERENCES p)", "INSERT INTO p VALUES (1)",
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 13) INSERT INTO c SELECT i FROM n", "INSERT INTO c VALUES (NULL)",
        ];
        var finding = Planned.Refusal(statements);
        Assert.Equal((FindingCodes.Orphan, new Place.InTable("c", "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …", "a")), (finding.Code, finding.Place));
        Assert.StartsWith("12 rows", finding.Message, StringComparison.Ordinal);
        Assert.False(Planned.Accepting("GW1110:c", statements).Tables[1].ForeignKeys[0].Validate);
    }

    [Fact]
    public void A_parent_that_is_equal_only_without_case_is_none()
    {
        string[] statements =
        [
            "CREATE TABLE p(a TEXT COLLATE NOCASE PRIMARY KEY)", "CREATE TABLE c(k INT PRIMARY KEY, a TEXT REFERENCES p) WITHOUT ROWID",
            "INSERT INTO p VALUES ('abc')", "INSERT INTO c VALUES (1, 'abc'), (2, 'ABC')",
        ];
        using (var database = new ScratchDatabase(statements)) Assert.Null(database.Connection.QueryText("PRAGMA foreign_key_check"));
        var finding = Planned.Refusal(statements);
        Assert.Equal((FindingCodes.Orphan, new Place.InTable("c", "number 2 in the order of key (k)", "a")), (finding.Code, finding.Place));
    }

    [Fact]
    public void A_composite_key_with_a_NULL_points_nowhere_and_that_is_no_orphan() =>
        Assert.True(Planned.Plan("CREATE TABLE p(a INT, b INT, PRIMARY KEY(a, b))", "CREATE TABLE c(a INT, b INT, FOREIGN KEY(a, b) REFERENCES p)", "INSERT INTO c VALUES (1, NULL)").Tables[1].ForeignKeys[0].Validate);

    [Fact]
    public void Only_the_named_tables_are_moved_and_keys_out_of_them_are_told()
    {
        string[] statements = ["CREATE TABLE p(id INTEGER PRIMARY KEY)", "CREATE TABLE c(a INT REFERENCES p)", "CREATE TABLE other(x INT)"];
        var result = Planned.Result(new PlanOptions { Tables = ["C"] }, statements);
        Assert.Contains("not moved", Assert.Single(result.Findings, f => f.Code == FindingCodes.ForeignKeyNotMoved).Message, StringComparison.Ordinal);
        var plan = Planned.Plan(new PlanOptions { Tables = ["C"], Accept = [new Acceptance(FindingCodes.ForeignKeyNotMoved)] }, statements);
        Assert.Equal("c", Assert.Single(plan.Tables).TargetName);
    }

    [Fact]
    public void A_table_that_does_not_exist_cannot_be_moved() =>
        Assert.Equal(FindingCodes.NoSuchTable, Assert.Single(Planned.Result(new PlanOptions { Tables = ["t", "nothing"] }, "CREATE TABLE t(a INT)").Findings).Code);

    [Fact]
    public void A_long_chain_of_tables_is_ordered()
    {
        var statements = Enumerable.Range(0, 300).Select(i => $"CREATE TABLE t{i}(id INTEGER PRIMARY KEY, p INT REFERENCES t{i + 1})").Append("CREATE TABLE t300(id INTEGER PRIMARY KEY)");
        Assert.Equal("t300", Planned.Plan([.. statements]).Tables[0].TargetName);
    }

    [Fact]
    public void A_row_without_rowid_is_called_by_its_place_and_not_by_its_key_which_is_a_value()
    {
        var finding = Planned.Refusal(
            "CREATE TABLE p(id INTEGER PRIMARY KEY)", "CREATE TABLE c(mail TEXT, n INT, p INT REFERENCES p, PRIMARY KEY(mail, n)) WITHOUT ROWID",
            "INSERT INTO p VALUES (1)", "INSERT INTO c VALUES ('secret@b', 2, 7), ('secret@a', 1, 1), ('secret@b', 1, 8), ('secret@c', 1, NULL)");
        Assert.Equal("number 2, 3 in the order of key (mail, n)", ((Place.InTable)finding.Place!).Row);
        Assert.DoesNotContain("secret", $"{finding.Message} {finding.Place} {finding.Remedy}");
    }
}
