using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Transforms;

/// <summary>What stands against a transform is said before anything is changed, with its place.</summary>
public sealed class RefusedTests(PostgresServers servers)
{
    private const string Table = "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, w TEXT)";

    [Theory]
    [InlineData("v: { transform: { sql: 'lower(v)' } }", "GW1219", "a backfill")]
    [InlineData("v: { transform: { lower: nowhere } }", "GW1219", "nowhere")]
    [InlineData("emial: { transform: { lower: {} } }", "GW1219", "emial")]
    [InlineData("v: { transform: { hash: {} }, type: bytea }", "GW1219", "bytea")]
    [InlineData("id: { transform: { hash: {} } }", "GW1219", "rowid")]
    [InlineData("id: { leave_out: true }", "GW1219", "primary key")]
    [InlineData("v: { transform: { upper: v } }", "GW1401", "upper")]
    [InlineData("v: { transform: { split: { separator: ',' } } }", "GW1401", "part")]
    [InlineData("v: { leave_out: true, type: text }", "GW1401", "left out")]
    [InlineData("v: { drop: [checks] }", "GW1401", "dropped")]
    [InlineData("v: { transform: { lower: v }, drop: [triggers] }", "GW1401", "dropped")]
    [InlineData("v: { transform: { hash: { key: NOWHERE_SET } } }", "GW1742", "NOWHERE_SET")]
    public async Task A_transform_that_cannot_be_is_refused(string column, string code, string words)
    {
        using var journey = await Customers.WithAsync(servers, $"tables: {{ t: {{ columns: {{ {column} }} }} }}", Table);
        var refused = (await journey.TransformAsync()).MustBe(1);
        Assert.Contains(refused.Errors, f => f.Code == code && $"{f.Message} {f.Remedy}".Contains(words, StringComparison.Ordinal));
        if (code != "GW1742") Assert.All(refused.Errors, f => Assert.Contains("map.yaml:1:", f.Place!, StringComparison.Ordinal));
        Assert.Equal(0L, (await journey.RowAsync("SELECT count(*) FROM pg_namespace WHERE nspname = 'godwit'"))[0]);
    }

    [Fact]
    public async Task A_row_without_a_result_is_named_or_goes_to_quarantine_as_it_was()
    {
        using var journey = await Customers.WithAsync(
            servers, "tables: { t: { columns: { v: { transform: { lookup: { values: { a: alpha } } } } } } }", Table, "INSERT INTO t VALUES (1, 'a', 'x'), (2, 'b', 'y'), (3, x'61', 'z')");
        var finding = (await journey.TransformAsync()).MustBe(1).Finding("GW1218");
        Assert.Equal(("t", "v", "2"), (finding.Table, finding.Column, finding.Row));
        Assert.Contains("rows 2, 3", finding.Message, StringComparison.Ordinal);

        Assert.Equal(2, (await journey.TransformAsync("--quarantine")).MustBeVerified().Document.Quarantined);
        Assert.Equal([1L, "alpha", "x"], await journey.RowAsync("SELECT * FROM t"));
        var kept = await journey.RowsAsync("SELECT godwit_row, godwit_reason, godwit_storage, v, w FROM t__quarantine ORDER BY 1");
        Assert.Equal([2L, "lookup has no result for column v: the lookup has no entry for the value", "ITT", "b"u8.ToArray(), "y"u8.ToArray()], kept[0]);
        Assert.Equal([3L, "lookup has no result for column v: the value is bytes, and the transform takes text", "IBT", "a"u8.ToArray(), "z"u8.ToArray()], kept[1]);
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
        await journey.PsqlAsync("UPDATE t__quarantine SET w = '' WHERE godwit_row = 2");
        (await journey.VerifyAsync()).MustBe(3);
    }

    [Fact]
    public async Task Rows_without_a_result_are_no_equal_keys()
    {
        using var journey = await Customers.WithAsync(
            servers, "tables: { t: { columns: { v: { transform: { lookup: { values: { a: alpha } } } }, h: { transform: { hash: { from: w, output: bytea } } } } } }",
            "PRAGMA encoding = 'UTF-16le'", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE, w TEXT)", "INSERT INTO t VALUES (1, 'a', 'x'), (2, 'b', 'y'), (3, 'c', 'z'), (4, NULL, CAST(x'00d8' AS TEXT))");
        (await journey.TransformAsync("--quarantine", "--accept", "GW1222")).MustBeVerified();
        Assert.Equal(
            ["lookup has no result for column v: the lookup has no entry for the value", "lookup has no result for column v: the lookup has no entry for the value", "column w holds a value that does not become text"],
            await journey.TextsAsync("SELECT godwit_reason FROM t__quarantine ORDER BY godwit_row"));
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
    }

    [Fact]
    public async Task A_quarantine_does_not_take_what_a_transform_hides_without_being_told()
    {
        using var journey = await Customers.WithAsync(
            servers, "tables: { t: { columns: { v: { transform: { hash: { key: API_KEY_PEPPER } } }, u: { transform: { lookup: { from: w, values: { x: X } } } } } } }",
            Table, "INSERT INTO t VALUES (1, 'secret', 'x'), (2, 'secret too', 'y')");
        Assert.Contains("with v", (await journey.TransformAsync("--quarantine")).MustBe(1).Finding("GW1222").Message, StringComparison.Ordinal);
        (await journey.TransformAsync("--quarantine", "--accept", "GW1222:t")).MustBeVerified();
        Assert.Equal("secret too"u8.ToArray(), (await journey.RowAsync("SELECT v FROM t__quarantine"))[0]);
        Assert.Equal(3L, (await journey.RowAsync("SELECT count(*) FROM pg_attribute WHERE attrelid = 't__quarantine'::regclass AND attname IN ('id', 'v', 'w', 'u')"))[0]);
    }

    [Fact]
    public async Task Followers_of_a_row_without_a_result_go_with_it()
    {
        using var journey = await Customers.WithAsync(
            servers,
            """
            tables:
              parent: { columns: { code: { transform: { lookup: { values: { a: A, b: B } } } } } }
              child: { columns: { parent_code: { transform: { lookup: { values: { a: A, b: B } } } } } }
            """,
            "CREATE TABLE parent (code TEXT PRIMARY KEY, n INTEGER)", "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_code TEXT REFERENCES parent(code))",
            "INSERT INTO parent VALUES ('a', 1), ('b', 2), ('c', 3)", "INSERT INTO child VALUES (1, 'a'), (2, 'c'), (3, NULL)");
        (await journey.TransformAsync("--quarantine")).MustBeVerified();
        Assert.Equal(["A", null], await journey.TextsAsync("SELECT parent_code FROM child ORDER BY id"));
        Assert.Equal(["A", "B"], await journey.TextsAsync("SELECT code FROM parent ORDER BY 1"));
        Assert.True((bool)(await journey.RowAsync("SELECT convalidated FROM pg_constraint WHERE conrelid = 'child'::regclass AND contype = 'f'"))[0]!);
        (await journey.VerifyAsync()).MustBeVerified();
    }

    [Fact]
    public async Task A_result_that_its_type_does_not_hold_and_a_NULL_where_none_may_be_are_named()
    {
        using var journey = await Customers.WithAsync(
            servers, "tables: { t: { columns: { v: { transform: { copy: v } }, n: { transform: { split: { from: w, separator: ',', part: 2 } }, type: integer } , w: { transform: { split: { separator: ',', part: 3 } } } } } }",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, w TEXT NOT NULL)", "INSERT INTO t VALUES (1, 'a', 'x,12,z'), (2, 'b', 'x,12.5,z'), (3, 'c', 'x,13')");
        var refused = (await journey.TransformAsync()).MustBe(1);
        Assert.Equal("2", refused.Finding("GW1201", "n").Row);
        Assert.Equal("3", refused.Finding("GW1114", "w").Row);
    }

    [Fact]
    public async Task Keys_that_a_transform_makes_equal_are_named()
    {
        using var journey = await Customers.WithAsync(
            servers, "tables: { t: { columns: { v: { transform: { lower: v } } } } }", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE, w TEXT)", "CREATE UNIQUE INDEX both ON t (v, w)",
            "INSERT INTO t VALUES (1, 'Ada', 'x'), (2, 'Bob', 'x'), (3, 'ADA', 'y')");
        var finding = Assert.Single((await journey.TransformAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1221", "v", "1, 3"), (finding.Code, finding.Column, finding.Row));
        Assert.DoesNotContain("Ada", finding.Message, StringComparison.OrdinalIgnoreCase);
    }
}
