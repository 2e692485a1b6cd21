using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

public sealed class DateTests(PostgresServers servers)
{
    [Theory]
    [InlineData("DATE", "'2024-02-29'", "date", "2024-02-29")]
    [InlineData("DATE", "'0001-01-01'", "date", "0001-01-01")]
    [InlineData("DATE", "'9999-12-31'", "date", "9999-12-31")]
    [InlineData("DATE", "'2024-02-29 12:30:00'", "timestamp without time zone", "2024-02-29 12:30:00")]
    [InlineData("DATETIME", "'2024-02-29'", "date", "2024-02-29")]
    [InlineData("DATETIME", "'2024-02-29 23:59'", "timestamp without time zone", "2024-02-29 23:59:00")]
    [InlineData("DATETIME", "'2024-02-29 23:59:58'", "timestamp without time zone", "2024-02-29 23:59:58")]
    [InlineData("DATETIME", "'2024-02-29 23:59:58.123'", "timestamp without time zone", "2024-02-29 23:59:58.123")]
    [InlineData("DATETIME", "'2024-02-29T23:59:58.123456'", "timestamp without time zone", "2024-02-29 23:59:58.123456")]
    [InlineData("TIMESTAMP", "'2024-02-29 23:59:58Z'", "timestamp with time zone", "2024-02-29 23:59:58+00")]
    [InlineData("TIMESTAMP", "'2024-02-29T23:59:58.120Z'", "timestamp with time zone", "2024-02-29 23:59:58.12+00")]
    [InlineData("TIMESTAMP", "'2024-02-29 23:59:58+00:00'", "timestamp with time zone", "2024-02-29 23:59:58+00")]
    [InlineData("DATETIME", "1709251198", "timestamp with time zone", "2024-02-29 23:59:58+00")]
    [InlineData("DATETIME", "1709251198070", "timestamp with time zone", "2024-02-29 23:59:58.07+00")]
    [InlineData("DATETIME", "2460370.25", "timestamp without time zone", "2024-02-29 18:00:00")]
    [InlineData("TIME", "'23:59'", "time without time zone", "23:59:00")]
    [InlineData("TIME", "'23:59:58.5'", "time without time zone", "23:59:58.5")]
    public async Task A_date_is_recognised_shown_and_not_shifted(string declared, string value, string type, string expected)
    {
        using var journey = await Journey.PrepareAsync(servers, $"CREATE TABLE t (id INTEGER PRIMARY KEY, d {declared})", $"INSERT INTO t VALUES (1, {value}), (2, NULL)");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(type, outcome.Table("t").Column("d").Type);
        Assert.StartsWith($"declared {declared}", outcome.Table("t").Column("d").Reason);
        await journey.PsqlAsync($"ALTER ROLE godwit IN DATABASE {journey.Target.Name} SET timezone = 'UTC'");
        Assert.Equal([expected, null], await journey.TextsAsync("SELECT d::text FROM t ORDER BY id"));
    }

    [Fact]
    public async Task Seconds_before_1970_are_seconds_too_beside_some_that_leave_no_doubt()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, d DATETIME)", "INSERT INTO t VALUES (1, -2177452800), (2, 0), (3, 1709251198)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(["1901-01-01 00:00:00", "1970-01-01 00:00:00", "2024-02-29 23:59:58"], await journey.TextsAsync("SELECT (d AT TIME ZONE 'UTC')::text FROM t ORDER BY id"));
    }

    [Theory]
    [InlineData("'2024-02-30'")]
    [InlineData("'2024-2-9'")]
    [InlineData("'29.02.2024'")]
    [InlineData("'2024-02-29 24:00:00'")]
    [InlineData("'2024-02-29 12:00:00+02:00'")]
    [InlineData("'yesterday'")]
    [InlineData("''")]
    public async Task A_text_that_would_not_come_back_the_same_stays_text_and_the_row_is_told(string value)
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, d DATETIME)", $"INSERT INTO t VALUES (1, '2024-02-29 12:00:00'), (2, {value})");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("text", outcome.Table("t").Column("d").Type);
        Assert.Equal(("t", "2", "d"), (outcome.Finding("GW1205").Table, outcome.Finding("GW1205").Row, outcome.Finding("GW1205").Column));
        Assert.Equal(value.Trim('\''), (await journey.TextsAsync("SELECT d FROM t WHERE id = 2"))[0]);
    }

    [Fact]
    public async Task Shapes_of_one_column_that_differ_keep_it_text()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, d DATETIME)", "INSERT INTO t VALUES (1, '2024-02-29 12:00:00'), (2, '2024-02-29T12:00:00')");
        Assert.Equal("text", (await journey.MoveAsync("--paranoid")).MustBeVerified().Table("t").Column("d").Type);
        Assert.Equal(["2024-02-29 12:00:00", "2024-02-29T12:00:00"], await journey.TextsAsync("SELECT d FROM t ORDER BY id"));
    }

    [Fact]
    public async Task Text_and_numbers_in_one_date_column_are_refused()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, d DATETIME)", "INSERT INTO t VALUES (1, '2024-02-29 12:00:00'), (2, 1709251198)");
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1201", "2", "d"), (finding.Code, finding.Row, finding.Column));
    }

    [Theory]
    [InlineData("INTEGER", "1709251198", "{ type: timestamptz, format: unix-seconds }", "2024-02-29 23:59:58+00")]
    [InlineData("INTEGER", "5", "{ type: timestamp, format: unix-milliseconds }", "1970-01-01 00:00:00.005")]
    [InlineData("REAL", "2460370.5", "{ type: timestamp, format: julian-day }", "2024-03-01 00:00:00")]
    [InlineData("TEXT", "'2024-02-29'", "{ type: date }", "2024-02-29")]
    [InlineData("DATETIME", "'2024-02-29 12:00:00'", "{ type: text }", "2024-02-29 12:00:00")]
    public async Task A_mapping_file_overrides_the_choice(string declared, string value, string map, string expected)
    {
        using var journey = await Journey.PrepareAsync(servers, $"CREATE TABLE t (id INTEGER PRIMARY KEY, d {declared})", $"INSERT INTO t VALUES (1, {value})");
        var file = journey.Folder.Write("map.yaml", $"tables: {{ t: {{ columns: {{ d: {map} }} }} }}\n");
        (await journey.MoveAsync("--map", file, "--paranoid")).MustBeVerified();
        await journey.PsqlAsync($"ALTER ROLE godwit IN DATABASE {journey.Target.Name} SET timezone = 'UTC'");
        Assert.Equal([expected], await journey.TextsAsync("SELECT d::text FROM t"));
    }

    [Fact]
    public async Task The_session_s_time_zone_shifts_nothing()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, z TIMESTAMP, n DATETIME)", "INSERT INTO t VALUES (1, '2024-02-29 23:59:58Z', '2024-02-29 23:59:58')");
        await journey.PsqlAsync($"ALTER ROLE godwit IN DATABASE {journey.Target.Name} SET timezone = 'Asia/Kathmandu'");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(["2024-02-29 23:59:58", "2024-02-29 23:59:58"], await journey.RowAsync("SELECT (z AT TIME ZONE 'UTC')::text, n::text FROM t"));
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
    }
}
