using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

public sealed class DefaultTests(PostgresServers servers)
{
    private static readonly (string Column, string? Expected)[] s_values =
    [
        ("INTEGER DEFAULT -5", "-5"),
        ("INTEGER DEFAULT +7", "7"),
        ("INTEGER DEFAULT '8'", "8"),
        ("INTEGER DEFAULT (2 + 3)", "5"),
        ("INTEGER DEFAULT 0x10", "16"),
        ("INTEGER DEFAULT TRUE", "1"),
        ("REAL DEFAULT 1e3", "1000"),
        ("NUMERIC(10,2) DEFAULT 1.50", "1.50"),
        ("TEXT DEFAULT 'it''s'", "it's"),
        ("TEXT DEFAULT \"double-quoted\"", "double-quoted"),
        ("TEXT DEFAULT ''", ""),
        ("TEXT DEFAULT 5", "5"),
        ("TEXT DEFAULT ('a' || 'b')", "ab"),
        ("TEXT DEFAULT NULL", null),
        ("BOOLEAN DEFAULT 1", "true"),
        ("BOOLEAN DEFAULT FALSE", "false"),
        ("BLOB DEFAULT x'00ff'", "\\x00ff"),
        ("DATE DEFAULT '2024-02-29'", "2024-02-29"),
    ];

    private static readonly (string Column, string Type)[] s_moments =
    [
        ("DATETIME DEFAULT CURRENT_TIMESTAMP", "timestamp without time zone"),
        ("DATETIME DEFAULT current_Timestamp", "timestamp without time zone"),
        ("DATE DEFAULT CURRENT_DATE", "date"),
        ("TIME DEFAULT (CURRENT_TIME)", "time without time zone"),
        ("DATETIME DEFAULT (datetime('now'))", "timestamp without time zone"),
        ("DATETIME DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))", "timestamp without time zone"),
        ("TEXT DEFAULT CURRENT_TIMESTAMP", "text"),
        ("INTEGER DEFAULT (strftime('%s', 'now'))", "bigint"),
        ("DATETIME DEFAULT (unixepoch())", "timestamp with time zone"),
    ];

    [Fact]
    public async Task A_default_gives_the_value_that_SQLite_would_store()
    {
        using var journey = await MoveAsync("n", [.. s_values.Select(v => v.Column)]);
        var stored = new List<(string, string?, string?)>();
        foreach (var (i, value) in s_values.Index())
        {
            await journey.PsqlAsync($"INSERT INTO t{i} (id) VALUES (2)");
            var texts = await journey.TextsAsync($"SELECT n::text FROM t{i} ORDER BY id");
            stored.Add((value.Column, texts[0], texts[1]));
        }
        Assert.Equal(s_values.Select(v => (v.Column, v.Expected, v.Expected)), stored);
    }

    [Fact]
    public async Task A_default_of_the_clock_gives_the_moment_in_the_column_s_own_form()
    {
        using var journey = await MoveAsync("d", [.. s_moments.Select(m => m.Column)]);
        foreach (var (i, (column, type)) in s_moments.Index())
        {
            Assert.Equal((column, type), (column, Assert.Single(await journey.TextsAsync($"SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 't{i}'::regclass AND attname = 'd'"))));
            await journey.PsqlAsync($"SET timezone = 'Asia/Kathmandu'; INSERT INTO t{i} (id) VALUES (2)");
            var shapes = await journey.TextsAsync($"SET timezone = 'UTC'; SELECT left(regexp_replace(d::text, '[0-9]', '9', 'g'), 10) FROM t{i} ORDER BY id");
            Assert.Equal((column, shapes[0]![..8]), (column, shapes[1]![..8]));
            // Within a day of what SQLite wrote a moment ago, whatever the session's zone.
            if (type.StartsWith("timestamp", StringComparison.Ordinal))
                Assert.Equal((column, true), (column, (await journey.RowAsync($"SET timezone = 'UTC'; SELECT abs(extract(epoch FROM max(d) - min(d))) < 3600 FROM t{i}"))[0]));
        }
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

    /// <summary>A table for each column, with one row of its default, moved.</summary>
    private async Task<Journey> MoveAsync(string prefix, IReadOnlyList<string> columns)
    {
        var journey = await Journey.PrepareAsync(servers, [.. columns.Index().SelectMany(c => (string[])[$"CREATE TABLE t{c.Index} (id INTEGER PRIMARY KEY, {prefix} {c.Item})", $"INSERT INTO t{c.Index} (id) VALUES (1)"])]);
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        return journey;
    }
}
