using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Planning;

namespace Godwit.Sqlite.Tests.Planning;

public sealed class QuarantinedRowsTests
{
    private static readonly PlanOptions Quarantine = new() { Quarantine = true };

    [Theory]
    [InlineData("INTEGER PRIMARY KEY", "INTEGER")]
    [InlineData("INTEGER PRIMARY KEY", "BIGINT")]
    [InlineData("TEXT PRIMARY KEY", "VARCHAR(20)")]
    [InlineData("NUMERIC PRIMARY KEY", "INTEGER")]
    [InlineData("BLOB PRIMARY KEY", "BLOB")]
    public void A_row_that_points_into_quarantine_is_looked_up_and_not_searched_for(string parent, string child)
    {
        using var database = new ScratchDatabase($"CREATE TABLE p (id {parent}, v TEXT)", $"CREATE TABLE c (id INTEGER PRIMARY KEY, p {child} REFERENCES p (id))");
        var plan = Planned.Result(database.Connection, Quarantine).Plan!;
        using var rows = new QuarantinedRows(database.Connection, plan.Tables, TextEncoding.Utf8, most: 10);
        using var explained = database.Connection.Prepare("EXPLAIN QUERY PLAN " + Assert.Single(rows.Questions));
        var steps = new List<string>();
        while (explained.Step()) steps.Add(explained.GetText(3));
        Assert.Contains(steps, s => s.StartsWith("SEARCH q USING COVERING INDEX", StringComparison.Ordinal));
        Assert.DoesNotContain(steps, s => s.StartsWith("SCAN q", StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_in_quarantine_for_its_reference_is_no_orphan_and_others_still_are()
    {
        string[] statements = ["CREATE TABLE p (id INTEGER PRIMARY KEY)", "INSERT INTO p VALUES (1)", "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id))", "INSERT INTO c VALUES (1, 1), (2, 'word'), (3, NULL)"];
        var key = Assert.Single(Planned.Plan(Quarantine, statements).Tables.Single(t => t.SourceName == "c").ForeignKeys);
        Assert.True(key.Validate);
        var orphan = Assert.Single(Planned.Result(Quarantine, [.. statements, "INSERT INTO c VALUES (4, 9)"]).Findings, f => f.Severity == Severity.Error);
        Assert.Equal((FindingCodes.Orphan, new Place.InTable("c", "4", "p")), (orphan.Code, orphan.Place));
        Assert.StartsWith("1 row of c points", orphan.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_follows_one_parent_into_quarantine_need_not_have_the_other()
    {
        var plan = Planned.Plan(Quarantine,
            "CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO p VALUES (1, CAST(x'ff' AS TEXT)), (2, 'ok')", "CREATE TABLE o (id INTEGER PRIMARY KEY)",
            "CREATE TABLE c (k TEXT PRIMARY KEY, p INTEGER REFERENCES p (id), o INTEGER REFERENCES o (id)) WITHOUT ROWID", "INSERT INTO c VALUES ('a', 2, NULL), ('b', 1, 7), ('c', 2, NULL)");
        var table = plan.Tables.Single(t => t.SourceName == "c");
        Assert.Equal([2L], table.Quarantine?.Followers);
        Assert.All(table.ForeignKeys, k => Assert.True(k.Validate));
    }

    [Theory]
    [InlineData(30, false)]
    [InlineData(29, true)]
    [InlineData(12, true)]
    [InlineData(9, true)]
    public void More_rows_than_a_plan_holds_are_a_finding_also_where_only_their_followers_are_too_many(int most, bool isRefused)
    {
        var result = Planned.Result(new PlanOptions { Quarantine = true, MostQuarantined = most },
            "CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT)", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) INSERT INTO p SELECT i, CAST(x'ff' AS TEXT) FROM n",
            "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id))", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) INSERT INTO c SELECT i, 1 + i % 10 FROM n");
        Assert.Equal(isRefused, result.Plan is null);
        Assert.Equal(isRefused ? 1 : 0, result.Findings.Count(f => f.Severity == Severity.Error && f.Code == FindingCodes.Quarantined));
    }

    [Fact]
    public void Places_are_counted_past_rows_in_quarantine_and_only_orphans_are_named()
    {
        var orphan = Assert.Single(
            Planned.Result(Quarantine,
                "CREATE TABLE p (id INTEGER PRIMARY KEY)",
                "CREATE TABLE c (k INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id)) WITHOUT ROWID",
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) INSERT INTO c SELECT i, iif(i % 2, 'word', i) FROM n").Findings,
            f => f.Severity == Severity.Error);
        Assert.StartsWith("20 rows of c point", orphan.Message, StringComparison.Ordinal);
        Assert.Equal("number 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, … in the order of key (k)", ((Place.InTable)orphan.Place!).Row);
    }
}
