using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

public sealed class GeneratedTests(PostgresServers servers)
{
    [Fact]
    public async Task Generated_columns_stored_and_virtual_are_computed_by_the_target_and_verified()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, sum INTEGER GENERATED ALWAYS AS (a + b) STORED, twice INTEGER AS (a * 2) VIRTUAL, name TEXT AS ('n' || id))",
            "INSERT INTO t (id, a, b) VALUES (1, 2, 3), (2, NULL, 1)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal([[5L, 4L, "n1"], [null, null, "n2"]], await journey.RowsAsync("SELECT sum, twice, name FROM t ORDER BY id"));
        Assert.Equal(["s", "s", "s"], await journey.TextsAsync("SELECT attgenerated::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND attgenerated <> ''"));
        Assert.Equal([[42L]], await journey.RowsAsync("INSERT INTO t (id, a, b) VALUES (3, 40, 2) RETURNING sum"));
    }

    [Fact]
    public async Task Generated_columns_that_read_one_another_are_computed_by_the_target_and_verified()
    {
        using var journey = await Journey.PrepareAsync(servers,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, name TEXT COLLATE NOCASE, last TEXT AS (full || '/' || kind), full TEXT AS (name || '-' || twice),
                twice INTEGER AS (a * 2) STORED, kind TEXT AS (CASE WHEN twice > 4 THEN 'big' WHEN half < 1.5 THEN 'half' ELSE 'small' END), half REAL AS (a / 2.0), loud TEXT AS (upper(full)),
                same INTEGER AS (name = 'ANNA'), again INTEGER AS (same + twice))
            """,
            "CREATE INDEX by_last ON t (last)",
            "INSERT INTO t (id, a, name) VALUES (1, 2, 'anna'), (2, NULL, 'bert'), (3, 40, NULL), (4, 40, 'dora'), (5, 3, 'Emil')");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(["anna-4/half", null, null, "dora-80/big", "Emil-6/big"], await journey.TextsAsync("SELECT last FROM t ORDER BY id"));
        Assert.Equal([["x-2/half", "X-2", 2L]], await journey.RowsAsync("INSERT INTO t (id, a, name) VALUES (6, 1, 'x') RETURNING last, loud, again"));
    }

    [Fact]
    public async Task A_generated_column_that_does_not_translate_is_a_finding_and_accepted_becomes_plain()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, x TEXT AS (printf('%08.3f|%s', id, a)) STORED)", "INSERT INTO t (id, a) VALUES (1, 'q'), (2, NULL)");
        var finding = (await journey.MoveAsync()).MustBe(1).Finding("GW1103");
        Assert.Equal(("t", "x"), (finding.Table, finding.Column));
        Assert.Contains("printf", finding.SourceText);
        (await journey.MoveAsync("--accept", "GW1103:t", "--paranoid")).MustBeVerified();
        Assert.Equal(["0001.000|q", "0002.000|"], await journey.TextsAsync("SELECT x FROM t ORDER BY id"));
    }
}
