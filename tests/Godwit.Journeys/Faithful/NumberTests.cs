using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

public sealed class NumberTests(PostgresServers servers)
{
    [Fact]
    public async Task Integers_go_over_up_to_both_ends()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, n TINYINT, m INT2)");
        long?[] values = [long.MinValue, long.MinValue + 1, -1, 0, 1, 255, 70_000, long.MaxValue - 1, long.MaxValue, null];
        foreach (var value in values) journey.Folder.Insert("t", null, value, value);
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("bigint, bigint, bigint", outcome.Table("t").Types);
        Assert.Equal(values.Select(v => (object?)v), (await journey.RowsAsync("SELECT n FROM t ORDER BY id")).Select(r => r[0]));
    }

    [Fact]
    public async Task A_real_at_the_end_of_64_bits_stays_a_real_beside_the_integer()
    {
        // SQLite leaves the REAL as it is (https://sqlite.org/datatype3.html section 3), and reads the text as an INTEGER.
        using var journey = await Journey.PrepareAsync(
            servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, n NUMERIC, m INTEGER)",
            "INSERT INTO t VALUES (1, -9223372036854775808.0, -9223372036854775808.0), (2, '-9223372036854775808', '-9223372036854775808'), (3, 9223372036854775808.0, 0.5)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(["-9223372036854776000", "-9223372036854775808", "9223372036854776000"], await journey.TextsAsync("SELECT n::text FROM t ORDER BY id"));
    }

    [Fact]
    public async Task The_smallest_and_the_largest_rowid_are_keys()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO t VALUES (-9223372036854775808, 'first'), (0, 'zero'), (9223372036854775807, 'last')");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal([[long.MinValue, "first"], [0L, "zero"], [long.MaxValue, "last"]], await journey.RowsAsync("SELECT * FROM t ORDER BY id"));
    }

    [Fact]
    public async Task Reals_go_over_bit_for_bit()
    {
        double[] values =
        [
            0.1, 1.0 / 3, double.Epsilon, -double.Epsilon, 2.2250738585072009e-308, double.MaxValue, double.MinValue, 1e308, 1e-300,
            double.PositiveInfinity, double.NegativeInfinity, 9007199254740993, 3, -3, 0,
        ];
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, r REAL, d DOUBLE PRECISION, f FLOAT)");
        foreach (var value in values) journey.Folder.Insert("t", null, value, value, value);
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("bigint, double precision, double precision, double precision", outcome.Table("t").Types);
        foreach (var column in new[] { "r", "d", "f" })
            Assert.Equal(values.Select(BitConverter.DoubleToInt64Bits), (await journey.RowsAsync($"SELECT {column} FROM t ORDER BY id")).Select(r => BitConverter.DoubleToInt64Bits((double)r[0]!)));
    }

    [Fact]
    public async Task A_negative_zero_keeps_its_sign()
    {
        // A REAL column makes 0.0 of it, as of every integral value; one without affinity keeps it.
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
        journey.Folder.Insert("t", 1, -0.0);
        journey.Folder.Insert("t", 2, 0.5);
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("double precision", outcome.Table("t").Column("v").Type);
        Assert.Equal(BitConverter.DoubleToInt64Bits(-0.0), BitConverter.DoubleToInt64Bits((double)(await journey.RowAsync("SELECT v FROM t WHERE id = 1"))[0]!));
    }

    [Fact]
    public async Task NaN_is_NULL_already_in_SQLite_and_stays_so()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, r REAL)");
        journey.Folder.Insert("t", 1, double.NaN);
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal([1L, null], await journey.RowAsync("SELECT * FROM t"));
    }

    [Fact]
    public async Task Decimals_become_numeric_by_the_shortest_text_that_reads_back()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, price DECIMAL(10,2), amount NUMERIC, total MONEY)",
            "INSERT INTO t VALUES (1, 19.99, 0.1, 1234.5), (2, 100, 9007199254740993, 7), (3, -0.01, 1e300, -12), (4, NULL, 5e-324, 0)");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("bigint, numeric(10,2), numeric, numeric", outcome.Table("t").Types);
        Assert.Equal(
            [["19.99", "0.1", "1234.5"], ["100.00", "9007199254740993", "7"], ["-0.01", "1" + new string('0', 300), "-12"], [null, "0." + new string('0', 323) + "5", "0"]],
            await journey.RowsAsync("SELECT price::text, amount::text, total::text FROM t ORDER BY id"));
    }

    [Fact]
    public async Task A_decimal_that_is_too_long_for_its_declaration_widens_the_type()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, price DECIMAL(5,2))", "INSERT INTO t VALUES (1, 1.25), (2, 1.005), (3, 123456)");
        var column = (await journey.MoveAsync("--paranoid")).MustBeVerified().Table("t").Column("price");
        Assert.Equal("numeric", column.Type);
        Assert.Contains("not every value fits", column.Reason);
        Assert.Equal(["1.25", "1.005", "123456"], await journey.TextsAsync("SELECT price::text FROM t ORDER BY id"));
    }

    [Fact]
    public async Task Infinities_in_a_numeric_column_are_numeric_s_own()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, n NUMERIC)");
        journey.Folder.Insert("t", 1, double.PositiveInfinity);
        journey.Folder.Insert("t", 2, double.NegativeInfinity);
        journey.Folder.Insert("t", 3, 0.5);
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(["Infinity", "-Infinity", "0.5"], await journey.TextsAsync("SELECT n::text FROM t ORDER BY id"));
    }

    [Fact]
    public async Task Reals_inside_an_INTEGER_column_widen_it_to_numeric()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)", "INSERT INTO t VALUES (1, 9007199254740993), (2, 2.5), (3, -1)");
        var column = (await journey.MoveAsync("--paranoid")).MustBeVerified().Table("t").Column("n");
        Assert.Equal("numeric", column.Type);
        Assert.Contains("integers and reals are stored", column.Reason);
        Assert.Equal(["9007199254740993", "2.5", "-1"], await journey.TextsAsync("SELECT n::text FROM t ORDER BY id"));
    }

    [Theory]
    [InlineData("INTEGER", "abc")]
    [InlineData("NUMERIC", "abc")]
    [InlineData("REAL", "abc")]
    [InlineData("DECIMAL(10,2)", "12,50")]
    public async Task Text_inside_a_number_s_column_is_refused_with_row_and_column(string declared, string text)
    {
        using var journey = await Journey.PrepareAsync(servers, $"CREATE TABLE t (id INTEGER PRIMARY KEY, n {declared})", "INSERT INTO t VALUES (1, 1.5), (42, 7)");
        journey.Folder.Insert("t", 43, text);
        var outcome = (await journey.MoveAsync()).MustBe(1);
        var finding = Assert.Single(outcome.Errors);
        Assert.Equal(("GW1201", "t", "43", "n"), (finding.Code, finding.Table, finding.Row, finding.Column));
        Assert.DoesNotContain(text, outcome.Output + outcome.Error);
    }

    [Fact]
    public async Task Empty_text_inside_a_number_s_column_is_refused_until_the_mapping_file_makes_it_NULL()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)", "INSERT INTO t VALUES (1, 1), (2, '')");
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1201", "t", "2", "n"), (finding.Code, finding.Table, finding.Row, finding.Column));
        Assert.Contains("empty: null", finding.Remedy);
        var map = journey.Folder.Write("map.yaml", "tables:\n  t:\n    columns:\n      n: { empty: null }\n");
        (await journey.MoveAsync("--map", map, "--paranoid")).MustBeVerified();
        Assert.Equal([[1L, 1L], [2L, null]], await journey.RowsAsync("SELECT * FROM t ORDER BY id"));
    }

    [Fact]
    public async Task A_mapping_file_keeps_a_mixed_column_as_text()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, n NUMERIC)", "INSERT INTO t VALUES (1, 1), (2, 'many'), (3, 2.5), (4, '')");
        var map = journey.Folder.Write("map.yaml", "tables: { t: { columns: { n: { type: text } } } }\n");
        (await journey.MoveAsync("--map", map, "--paranoid")).MustBeVerified();
        Assert.Equal(["1", "many", "2.5", ""], await journey.TextsAsync("SELECT n FROM t ORDER BY id"));
    }
}
