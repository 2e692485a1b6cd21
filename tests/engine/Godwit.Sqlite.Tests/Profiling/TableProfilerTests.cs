using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Tests.Profiling;

public sealed class TableProfilerTests
{
    private const string Hundred = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100) ";

    [Fact]
    public void Rows_are_named_by_their_rowid()
    {
        using var source = new ProfiledSource("CREATE TABLE t (v)", "INSERT INTO t (rowid, v) VALUES (-3, 'a'), (17, x'00'), (9223372036854775807, NULL)");
        var profile = source.Profile("t");
        Assert.Equal(3, profile.Rows);
        Assert.Equal([-3L, 17L, long.MaxValue], profile.Columns[0].Groups.Select(g => g.Rows[0]));
        Assert.Equal(2, profile.Bytes);
    }

    [Fact]
    public void A_range_reads_its_rows_and_no_others()
    {
        using var source = new ProfiledSource("CREATE TABLE t (id INTEGER PRIMARY KEY)", Hundred + "INSERT INTO t SELECT i FROM n");
        var column = source.Profile("t", new RowIdRange(10, 20)).Columns[0];
        Assert.Equal((11, 20, 10), (column.MinInteger, column.MaxInteger, column.Count(StorageClass.Integer)));
    }

    [Fact]
    public void Ranges_are_cut_by_rows_and_by_bytes_and_together_cover_the_table()
    {
        using var source = new ProfiledSource("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", Hundred + "INSERT INTO t SELECT i * 3, substr('0123456789', 1, i % 10) FROM n");
        Assert.Equal([30L, 60L, 90L, 120L, 150L, 180L, 210L, 240L, 270L, 300L], source.Profile("t", options: new ProfileOptions { RowsPerRange = 10 }).CutPoints);

        var profile = source.Profile("t", options: new ProfileOptions { BytesPerRange = 200 });
        Assert.InRange(profile.CutPoints.Count, 5, 7);
        Assert.Equal(new RowIdRange(null, profile.CutPoints[0]), profile.Ranges[0]);
        Assert.Equal(new RowIdRange(profile.CutPoints[^1], null), profile.Ranges[^1]);
        Assert.Equal(100, profile.Ranges.Sum(r => source.Profile("t", r).Rows));
    }

    [Fact]
    public void Ranges_profiled_apart_merge_into_the_tables_profile()
    {
        using var source = new ProfiledSource("CREATE TABLE t (id INTEGER PRIMARY KEY, v)", Hundred + "INSERT INTO t SELECT i, CASE WHEN i % 30 = 0 THEN 'x' ELSE i * 0.5 END FROM n");
        var whole = source.Profile("t");
        var merged = TableProfile.Merge([source.Profile("t", new RowIdRange(null, 40)), source.Profile("t", new RowIdRange(40, 70)), source.Profile("t", new RowIdRange(70, null))], new ProfileOptions());
        Assert.Equal((whole.Rows, whole.Bytes, whole.MaxRowBytes), (merged.Rows, merged.Bytes, merged.MaxRowBytes));
        Assert.Equal([30L, 60L, 90L], merged.Columns[1].Groups.Single(g => g.Storage == StorageClass.Text).Rows.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(32)]
    public void However_many_parts_a_table_is_profiled_in_no_range_is_larger_than_it_should_be(int parts)
    {
        using var source = new ProfiledSource(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT iif(i < 1500, i, i * 20), zeroblob(i % 7) FROM n");
        foreach (var options in (ProfileOptions[])[new ProfileOptions { RowsPerRange = 300 }, new ProfileOptions { BytesPerRange = 3000 }, new ProfileOptions { RowsPerRange = 1 }, new ProfileOptions()])
        {
            var ranges = RowIdSplit.Of(source.Connection, ProfiledSource.Describe(source.Connection, "t"), parts);
            var merged = TableProfile.Merge([.. ranges.Select(r => source.Profile("t", r, options))], options);
            var read = merged.Ranges.Select(r => source.Profile("t", r)).ToList();
            Assert.Equal(2000, read.Sum(r => r.Rows));
            // The row that fills a range belongs to it.
            Assert.All(read, r => Assert.True(r.Rows <= options.RowsPerRange && r.Bytes <= options.BytesPerRange + 14, $"{r.Rows} rows, {r.Bytes} bytes"));
            Assert.Equal(merged.CutPoints.Distinct().Order(), merged.CutPoints);
            Assert.True(options.RowsPerRange < 2000 || options.BytesPerRange < 10_000 || merged.CutPoints.Count == 0);
        }
    }

    [Fact]
    public void A_table_without_rowid_numbers_its_rows_in_the_order_of_the_key_though_an_index_covers_it()
    {
        using var source = new ProfiledSource(
            "CREATE TABLE t (a TEXT, b, PRIMARY KEY (a)) WITHOUT ROWID",
            "CREATE INDEX i ON t (b, a)",
            "INSERT INTO t VALUES ('z', 1), ('m', 'text'), ('a', 2)");
        var profile = source.Profile("t");
        Assert.Equal([2L], profile.Columns[1].Groups.Single(g => g.Storage == StorageClass.Text).Rows.ToArray());
        Assert.Empty(profile.CutPoints);
        Assert.Equal([new RowIdRange(null, null)], profile.Ranges);
        Assert.Equal(["a"], profile.Table.KeyColumns);
    }

    [Fact]
    public void A_column_called_rowid_does_not_hide_the_rows()
    {
        using var source = new ProfiledSource("CREATE TABLE t (ROWID TEXT, oid INTEGER)", "INSERT INTO t (_rowid_, ROWID, oid) VALUES (42, 'x', 1), (43, 'y', 2)");
        Assert.Equal([42L, 43L], source.Profile("t").Columns[0].Groups[0].Rows.ToArray());

        using var hidden = new ProfiledSource("CREATE TABLE t (rowid, _rowid_, oid)", "INSERT INTO t VALUES (1, 2, 3)");
        Assert.Equal([1L], hidden.Profile("t").Columns[0].Groups[0].Rows.ToArray());
    }

    [Fact]
    public void Names_are_quoted()
    {
        using var source = new ProfiledSource("CREATE TABLE \"a\"\"b c\" (\"select \"\"x\" TEXT)", "INSERT INTO \"a\"\"b c\" VALUES ('v')");
        Assert.Equal(1, source.Profile("a\"b c").Columns[0].Count(StorageClass.Text));
    }

    [Fact]
    public void Generated_columns_are_profiled_like_others()
    {
        using var source = new ProfiledSource("CREATE TABLE t (a INTEGER, b INTEGER AS (a * 2) STORED, c TEXT AS ('n' || a) VIRTUAL)", "INSERT INTO t (a) VALUES (21)");
        var profile = source.Profile("t");
        Assert.Equal(42, profile.Columns[1].MaxInteger);
        Assert.Equal(3, profile.Columns[2].MaxTextBytes);
    }

    [Theory]
    [InlineData("UTF-16le")]
    [InlineData("UTF-16be")]
    public void A_UTF_16_database_is_read_as_the_same_texts(string encoding)
    {
        using var source = new ProfiledSource(
            $"PRAGMA encoding = '{encoding}'",
            "CREATE TABLE t (v DATE, w TEXT)",
            "INSERT INTO t VALUES ('2024-02-29', 'größe 😀'), ('2024-03-01', '')");
        // A blob's literal becomes text in the database's encoding, whatever its bytes.
        source.Connection.Execute($"INSERT INTO t VALUES (NULL, CAST(x'{(encoding == "UTF-16le" ? "410000D8" : "0041D800")}' AS TEXT))");
        var profile = source.Profile("t");
        Assert.Equal(2, profile.Columns[0].Count(StorageClass.Text, TextShapes.Date));
        Assert.Equal((12, 7), (profile.Columns[1].MaxTextBytes, profile.Columns[1].MaxTextCharacters));
        Assert.Equal([3L], profile.Columns[1].Groups.Single(g => g.Has(TextTraits.Invalid)).Rows.ToArray());
        Assert.Equal(1, profile.Columns[1].EmptyTexts);
    }

    [Fact]
    public void An_empty_table_has_a_profile_and_one_open_range()
    {
        using var source = new ProfiledSource("CREATE TABLE t (a)");
        var profile = source.Profile("t");
        Assert.Equal((0, 0), (profile.Rows, profile.Bytes));
        Assert.Empty(profile.Columns[0].Groups);
        Assert.Equal([new RowIdRange(null, null)], profile.Ranges);
    }

    [Fact]
    public void A_cancelled_pass_stops()
    {
        using var source = new ProfiledSource("CREATE TABLE t (id INTEGER PRIMARY KEY)", "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 50000) INSERT INTO t SELECT i FROM n");
        using var cancel = new CancellationTokenSource();
        var options = new ProfileOptions { OnProgress = (_, _) => cancel.Cancel() };
        Assert.Throws<OperationCanceledException>(() => TableProfiler.Profile(source.Connection, ProfiledSource.Describe(source.Connection, "t"), ProfiledSource.Whole, options, cancel.Token));
        Assert.Equal(50_000, source.Profile("t").Rows);
    }

    [Fact]
    public void Progress_adds_up_to_rows_and_bytes()
    {
        using var source = new ProfiledSource("CREATE TABLE t (id INTEGER PRIMARY KEY)", "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i FROM n");
        long rows = 0, bytes = 0;
        source.Profile("t", options: new ProfileOptions { OnProgress = (r, b) => (rows, bytes) = (rows + r, bytes + b) });
        Assert.Equal((20_000, 160_000), (rows, bytes));
    }

    [Fact]
    public void A_fault_of_SQLite_is_its_own_exception()
    {
        using var source = new ProfiledSource("CREATE TABLE t (a)");
        var table = new TableToProfile("missing", [new ColumnToProfile("a", Affinity.Blob)], HasRowId: true, ["a"]);
        Assert.Throws<SqliteException>(() => TableProfiler.Profile(source.Connection, table, ProfiledSource.Whole, new ProfileOptions(), TestContext.Current.CancellationToken));
    }
}
