using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

public sealed class DefaultTests(PostgresServers servers)
{
    [Theory]
    [InlineData("n INTEGER DEFAULT -5", "-5")]
    [InlineData("n INTEGER DEFAULT +7", "7")]
    [InlineData("n INTEGER DEFAULT '8'", "8")]
    [InlineData("n INTEGER DEFAULT (2 + 3)", "5")]
    [InlineData("n INTEGER DEFAULT 0x10", "16")]
    [InlineData("n INTEGER DEFAULT TRUE", "1")]
    [InlineData("n REAL DEFAULT 1e3", "1000")]
    [InlineData("n NUMERIC(10,2) DEFAULT 1.50", "1.50")]
    [InlineData("n TEXT DEFAULT 'it''s'", "it's")]
    [InlineData("n TEXT DEFAULT \"double-quoted\"", "double-quoted")]
    [InlineData("n TEXT DEFAULT ''", "")]
    [InlineData("n TEXT DEFAULT 5", "5")]
    [InlineData("n TEXT DEFAULT ('a' || 'b')", "ab")]
    [InlineData("n TEXT DEFAULT NULL", null)]
    [InlineData("n BOOLEAN DEFAULT 1", "true")]
    [InlineData("n BOOLEAN DEFAULT FALSE", "false")]
    [InlineData("n BLOB DEFAULT x'00ff'", "\\x00ff")]
    [InlineData("n DATE DEFAULT '2024-02-29'", "2024-02-29")]
    public async Task A_default_gives_the_value_that_SQLite_would_store(string column, string? expected)
    {
        using var journey = await Journey.PrepareAsync(servers, $"CREATE TABLE t (id INTEGER PRIMARY KEY, {column})", "INSERT INTO t (id) VALUES (1)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        await journey.PsqlAsync("INSERT INTO t (id) VALUES (2)");
        Assert.Equal([expected, expected], await journey.TextsAsync("SELECT n::text FROM t ORDER BY id"));
    }

    [Theory]
    [InlineData("DATETIME DEFAULT CURRENT_TIMESTAMP", "timestamp without time zone")]
    [InlineData("DATETIME DEFAULT current_Timestamp", "timestamp without time zone")]
    [InlineData("DATE DEFAULT CURRENT_DATE", "date")]
    [InlineData("TIME DEFAULT (CURRENT_TIME)", "time without time zone")]
    [InlineData("DATETIME DEFAULT (datetime('now'))", "timestamp without time zone")]
    [InlineData("DATETIME DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))", "timestamp without time zone")]
    [InlineData("TEXT DEFAULT CURRENT_TIMESTAMP", "text")]
    [InlineData("INTEGER DEFAULT (strftime('%s', 'now'))", "bigint")]
    [InlineData("DATETIME DEFAULT (unixepoch())", "timestamp with time zone")]
    public async Task A_default_of_the_clock_gives_the_moment_in_the_column_s_own_form(string column, string type)
    {
        using var journey = await Journey.PrepareAsync(servers, $"CREATE TABLE t (id INTEGER PRIMARY KEY, d {column})", "INSERT INTO t (id) VALUES (1)");
        Assert.Equal(type, (await journey.MoveAsync("--paranoid")).MustBeVerified().Table("t").Column("d").Type);
        await journey.PsqlAsync("SET timezone = 'Asia/Kathmandu'; INSERT INTO t (id) VALUES (2)");
        var shapes = await journey.TextsAsync("SET timezone = 'UTC'; SELECT left(regexp_replace(d::text, '[0-9]', '9', 'g'), 10) FROM t ORDER BY id");
        Assert.Equal(shapes[0]![..8], shapes[1]![..8]);
        // Within a day of what SQLite wrote a moment ago, whatever the session's zone.
        if (type.StartsWith("timestamp", StringComparison.Ordinal))
            Assert.Equal([true], await journey.RowAsync("SET timezone = 'UTC'; SELECT abs(extract(epoch FROM max(d) - min(d))) < 3600 FROM t"));
    }

    [Fact]
    public async Task A_default_that_PostgreSQL_cannot_have_is_a_finding_with_its_text()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT DEFAULT (printf('%05d', abs(random()) % 100)))");
        var finding = (await journey.MoveAsync()).MustBe(1).Finding("GW1103");
        Assert.Equal(("t", "v"), (finding.Table, finding.Column));
        Assert.Contains("printf('%05d'", finding.SourceText);
        var outcome = (await journey.MoveAsync("--accept", "GW1103")).MustBeVerified();
        Assert.Equal(("default", "t.v"), (outcome.Document.NotMoved[0].Kind, outcome.Document.NotMoved[0].Name));
        Assert.Contains("printf('%05d'", await File.ReadAllTextAsync(journey.Folder.NotMoved, TestContext.Current.CancellationToken));
    }
}
