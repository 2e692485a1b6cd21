using Godwit.Model.Findings;
using Godwit.Sqlite.Planning;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Tests.Planning;

/// <summary>Rows that PostgreSQL cannot form in one piece, each of their values being small enough. The limit is made small, the rows are real.</summary>
public sealed class RowSizeTests
{
    private const long Limit = 1000;

    private static Finding? Find(bool quarantine, params string[] statements)
    {
        using var database = new ScratchDatabase(statements);
        var result = Planned.Result(database.Connection, new PlanOptions { Quarantine = quarantine }, Limit);
        Assert.Equal(result.Plan is null, result.Findings.Any(f => f.Severity == Severity.Error));
        return result.Findings.SingleOrDefault(f => f.Severity == Severity.Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_row_that_is_too_large_as_a_whole_is_named_also_where_others_go_to_quarantine(bool quarantine)
    {
        var finding = Find(quarantine, "CREATE TABLE t (id INTEGER PRIMARY KEY, a BLOB, b BLOB)", "INSERT INTO t VALUES (1, zeroblob(600), zeroblob(380)), (7, zeroblob(600), zeroblob(381)), (8, zeroblob(900), NULL)");
        Assert.NotNull(finding);
        Assert.Equal((FindingCodes.ValueTooLarge, new Place.InTable("t", "7")), (finding.Code, finding.Place));
        Assert.Contains("1 row of t is larger as a whole", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_without_rowid_is_named_by_its_place()
    {
        var finding = Find(quarantine: false, "CREATE TABLE t (k TEXT PRIMARY KEY, a BLOB, b BLOB) WITHOUT ROWID", "INSERT INTO t VALUES ('z', zeroblob(600), zeroblob(600)), ('a', NULL, NULL)");
        Assert.Equal(new Place.InTable("t", "number 2 in the order of key (k)"), finding?.Place);
    }

    [Fact]
    public void Text_of_UTF_16_counts_as_it_is_sent()
    {
        // 400 units are 800 bytes at the source, and 1,200 on the way.
        Assert.Equal(new Place.InTable("t", "1"), Find(quarantine: false, "PRAGMA encoding = 'UTF-16le'", "CREATE TABLE t (a TEXT)", $"INSERT INTO t VALUES ('{new string('語', 400)}'), ('{new string('x', 450)}')")?.Place);
    }

    [Fact]
    public void A_virtual_column_counts_because_the_target_stores_it() =>
        Assert.Equal(new Place.InTable("t", "1"), Find(quarantine: false, "CREATE TABLE t (a TEXT, b TEXT AS (a))", $"INSERT INTO t VALUES ('{new string('x', 600)}')")?.Place);

    [Fact]
    public void Parts_of_a_table_tell_of_their_rows_together()
    {
        using var database = new ScratchDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY, a BLOB)", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) INSERT INTO t SELECT i, zeroblob(iif(i % 2, 2000, 1)) FROM n");
        var table = Profiling.ProfiledSource.Describe(database.Connection, "t");
        var options = new ProfileOptions { LargestRow = Limit };
        var parts = RowIdSplit.Of(database.Connection, table, 8).Select(r => TableProfiler.Profile(database.Connection, table, r, options, TestContext.Current.CancellationToken));
        var whole = TableProfile.Merge([.. parts], options);
        Assert.Equal(20, whole.OversizedRows);
        Assert.Equal([1L, 3L, 5L, 7L, 9L, 11L, 13L, 15L, 17L, 19L], whole.FirstOversizedRows);
    }
}
