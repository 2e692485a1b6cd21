using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Planning;
using Godwit.Sqlite.Reading;
using Godwit.Sqlite.Tests.Planning;

namespace Godwit.Sqlite.Tests.Reading;

public sealed class SqliteRowReaderTests
{
    private static ReadRows Read(ScratchDatabase database, out TablePlan table, RowIdRange? range = null, ReadPurpose purpose = ReadPurpose.Verify)
    {
        var result = Planned.Result(database.Connection, new PlanOptions());
        Assert.True(result.Plan is not null, string.Join("\n", result.Findings.Select(f => f.Message)));
        table = Assert.Single(result.Plan.Tables);
        return ReadRows.Of(database.Connection, table, range, purpose);
    }

    [Theory]
    [InlineData("CREATE TABLE t (a TEXT, rowid TEXT)")]
    [InlineData("CREATE TABLE t (a TEXT, ROWID TEXT, _rowid_ TEXT)")]
    [InlineData("CREATE TABLE t (oid TEXT, rowid TEXT)")]
    [InlineData("CREATE TABLE t (a TEXT, _RowId_ TEXT)")]
    public void A_hidden_rowid_is_found_under_the_name_that_no_column_has(string create)
    {
        using var database = new ScratchDatabase(create, "INSERT INTO t SELECT 'a' || value, 'b' || value " + (create.Count(c => c == ',') > 1 ? ", 'c' " : "") + "FROM json_each('[1,2,3]')");
        var rows = Read(database, out var table);
        Assert.True(table.HasRowId);
        Assert.Equal([1, 2, 3], rows.Numbers);
        Assert.Equal(3, rows.Images.Distinct().Count());
    }

    [Fact]
    public void A_table_whose_columns_take_every_name_of_the_rowid_is_read_whole()
    {
        using var database = new ScratchDatabase("CREATE TABLE t (rowid TEXT, oid TEXT, _rowid_ TEXT)", "INSERT INTO t VALUES ('a', 'b', 'c'), ('d', 'e', 'f')");
        var rows = Read(database, out var table);
        Assert.Equal([1, 2], rows.Numbers);
        Assert.Equal([new RowIdRange(null, null)], table.Ranges);
    }

    [Theory]
    [InlineData("CREATE TABLE t (rowid INTEGER PRIMARY KEY, a TEXT)")]
    [InlineData("CREATE TABLE t (oid TEXT, \"a \"\" b\" INTEGER PRIMARY KEY)")]
    public void An_alias_of_the_rowid_is_read_under_its_own_name(string create)
    {
        using var database = new ScratchDatabase(create, "INSERT INTO t VALUES (7, 8), (9, 10)");
        Assert.Equal(2, Read(database, out var table).Numbers.Count);
        Assert.NotNull(table.RowIdColumn);
    }

    [Fact]
    public void A_table_without_rowid_is_read_in_the_order_of_its_key()
    {
        using var database = new ScratchDatabase("CREATE TABLE t (a TEXT, b INTEGER, c TEXT, PRIMARY KEY (b DESC, a)) WITHOUT ROWID", "INSERT INTO t VALUES ('x', 1, 'p'), ('y', 3, 'q'), ('a', 3, NULL), ('z', 2, 'r')");
        var rows = Read(database, out var table);
        Assert.False(table.HasRowId);
        Assert.Equal([1, 2, 3, 4], rows.Numbers);
        Assert.Equal(rows.Images, Read(database, out _).Images);
    }

    [Fact]
    public void A_primary_key_that_is_no_alias_leaves_the_rowid_hidden()
    {
        using var database = new ScratchDatabase("CREATE TABLE t (a INT PRIMARY KEY, b TEXT)", "INSERT INTO t VALUES (30, 'x'), (10, 'y'), (20, NULL)", "DELETE FROM t WHERE a = 10");
        Assert.Equal([1, 3], Read(database, out var table).Numbers);
        Assert.Null(table.RowIdColumn);
    }

    [Fact]
    public void Generated_columns_are_verified_and_not_copied()
    {
        using var database = new ScratchDatabase(
            "CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER, c INTEGER GENERATED ALWAYS AS (b * 2) STORED, d INTEGER AS (b + 1) VIRTUAL)", "INSERT INTO t (b) VALUES (1), (2), (NULL)");
        Assert.Equal(3, Read(database, out var table).Numbers.Count);
        Assert.Equal(2, table.Columns.Count(c => c.GeneratedSql is not null));
        using var reader = new SqliteRowReader(database.Connection, () => { }, table, ReadPurpose.Copy, TextEncoding.Utf8);
        using var buffer = new RowImageBuffer(default, sink: null);
        var lengths = new List<long>();
        reader.Read(new RowIdRange(null, null), buffer, new Visitor((_, b, _) => lengths.Add(b.RowBytes)), TestContext.Current.CancellationToken);
        Assert.Equal([24, 24, 16], lengths);
    }

    [Fact]
    public void Five_hundred_columns_are_read()
    {
        var columns = string.Join(", ", Enumerable.Range(0, 500).Select(i => $"c{i} {(i % 3) switch { 0 => "INTEGER", 1 => "TEXT", _ => "REAL" }}"));
        using var database = new ScratchDatabase($"CREATE TABLE t ({columns})", $"INSERT INTO t VALUES ({string.Join(", ", Enumerable.Range(0, 500).Select(i => i % 7 == 0 ? "NULL" : $"{i}"))})");
        Assert.Single(Read(database, out var table).Images);
        Assert.Equal(500, table.Columns.Count);
    }

    [Fact]
    public void Ranges_with_open_and_closed_ends_share_out_every_row_once()
    {
        using var database = new ScratchDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)", $"INSERT INTO t VALUES ({long.MinValue}, 'a'), (-5, 'b'), (0, 'c'), (1, 'd'), (2, 'e'), ({long.MaxValue}, 'f')");
        Assert.Equal([long.MinValue, -5], Read(database, out var table, new RowIdRange(null, -5)).Numbers);
        Assert.Equal([0, 1], Read(database, out _, new RowIdRange(-5, 1)).Numbers);
        Assert.Equal([2, long.MaxValue], Read(database, out _, new RowIdRange(1, null)).Numbers);
        Assert.Equal(6, Read(database, out _, new RowIdRange(null, null)).Numbers.Count);
        Assert.Empty(Read(database, out _, new RowIdRange(2, 2)).Numbers);
        Assert.Equal([long.MaxValue], Read(database, out _, new RowIdRange(long.MaxValue - 1, null)).Numbers);
        Assert.Empty(Read(database, out _, new RowIdRange(long.MaxValue, null)).Numbers);
        Assert.Equal([long.MinValue], Read(database, out _, new RowIdRange(null, long.MinValue)).Numbers);
        Assert.Equal(["id", "a"], table.Columns.Select(c => c.SourceName));
    }

    [Fact]
    public void A_value_that_the_plan_did_not_see_stops_the_read_and_is_named()
    {
        using var database = new ScratchDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)", "INSERT INTO t VALUES (1, 1), (2, 2)");
        Read(database, out var table);
        database.Connection.Execute("UPDATE t SET a = 's3cret' WHERE id = 2");
        var misfit = Assert.Throws<MisfitException>(() => ReadRows.Of(database.Connection, table));
        Assert.Contains("table t, row 2, column a", misfit.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", misfit.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UTF-16le", TextEncoding.Utf16LittleEndian)]
    [InlineData("UTF-16be", TextEncoding.Utf16BigEndian)]
    public void UTF16_databases_are_read_as_UTF8(string pragma, TextEncoding encoding)
    {
        using var database = new ScratchDatabase($"PRAGMA encoding = '{pragma}'", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b VARCHAR(5), c BOOLEAN)", "INSERT INTO t VALUES (1, 'é𝄞\uFEFFx', 'ééé𝄞𝄞', 'true'), (2, '', NULL, 'false')");
        var table = Assert.Single(Planned.Result(database.Connection, new PlanOptions()).Plan!.Tables);
        var rows = ReadRows.Of(database.Connection, table, encoding: encoding);
        Assert.Contains(Convert.ToHexString("é𝄞\uFEFFx"u8), rows.Images[0], StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexString("ééé𝄞𝄞"u8), rows.Images[0], StringComparison.Ordinal);
    }

    private sealed class Visitor(Action<UInt128, RowImageBuffer, ISourceRow> visit) : IRowVisitor
    {
        public void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row) => visit(hash, buffer, row);
    }

    [Fact]
    public void Cancelling_ends_a_read_between_rows()
    {
        using var database = new ScratchDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY)", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i FROM n");
        Read(database, out var table);
        using var source = new CancellationTokenSource();
        using var reader = new SqliteRowReader(database.Connection, () => { }, table, ReadPurpose.Copy, TextEncoding.Utf8);
        using var buffer = new RowImageBuffer(default, sink: null);
        var seen = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => reader.Read(new RowIdRange(null, null), buffer, new Visitor((_, _, _) =>
        {
            if (++seen == 10) source.Cancel();
        }), source.Token));
        Assert.InRange(seen, 10, 1100);
        // The connection goes on to serve others.
        Assert.Equal(20_000, ReadRows.Of(database.Connection, table).Numbers.Count);
    }

    [Fact]
    public async Task Cancelling_reaches_a_statement_that_gives_no_row()
    {
        // A view of one row that takes SQLite forever stands for a scan deep in the file.
        using var database = new ScratchDatabase("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)", "INSERT INTO t VALUES (1, 1)");
        Read(database, out var table);
        database.Connection.Execute("DROP TABLE t");
        database.Connection.Execute("CREATE VIEW t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS id, 1 AS a FROM n");
        using var source = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            using var reader = new SqliteRowReader(database.Connection, () => { }, table, ReadPurpose.Copy, TextEncoding.Utf8);
            using var buffer = new RowImageBuffer(default, sink: null);
            reader.Read(new RowIdRange(null, null), buffer, new Visitor((_, _, _) => { }), source.Token);
        }, TestContext.Current.CancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_reader_gives_its_connection_back_once()
    {
        using var database = new ScratchDatabase("CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES ('x')");
        Read(database, out var table);
        var released = 0;
        using (new SqliteRowReader(database.Connection, () => released++, table, ReadPurpose.Copy, TextEncoding.Utf8)) Assert.Equal(0, released);
        Assert.Equal(1, released);
    }
}
