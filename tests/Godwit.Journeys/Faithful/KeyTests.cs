using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

public sealed class KeyTests(PostgresServers servers)
{
    [Fact]
    public async Task A_table_WITHOUT_ROWID_keeps_its_composite_key()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (b TEXT, a INTEGER, v, PRIMARY KEY (a, b)) WITHOUT ROWID", "INSERT INTO t VALUES ('x', 2, 'p'), ('y', 1, 'q'), ('x', 1, NULL)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("t t_pkey PRIMARY KEY (a, b)", await journey.ConstraintsAsync());
        Assert.Equal([["x", 1L, null], ["y", 1L, "q"], ["x", 2L, "p"]], await journey.RowsAsync("SELECT * FROM t ORDER BY a, b"));
    }

    [Fact]
    public async Task A_composite_key_of_a_rowid_table_goes_over_in_key_order()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (a TEXT NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (b, a))", "INSERT INTO t VALUES ('x', 1), ('x', 2), ('y', 1)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("t t_pkey PRIMARY KEY (b, a)", await journey.ConstraintsAsync());
    }

    [Fact]
    public async Task NULL_in_a_primary_key_is_refused_and_accepted_becomes_UNIQUE()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (k TEXT PRIMARY KEY, v INTEGER)", "INSERT INTO t VALUES ('a', 1), (NULL, 2), (NULL, 3)");
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1109", "t", "2, 3", "k"), (finding.Code, finding.Table, finding.Row, finding.Column));
        (await journey.MoveAsync("--accept", "GW1109:t", "--paranoid")).MustBeVerified();
        Assert.Equal("t t_k_key UNIQUE (k)", await journey.ConstraintsAsync());
        Assert.Equal([[null, 2L], [null, 3L], ["a", 1L]], await journey.RowsAsync("SELECT * FROM t ORDER BY v = 1, v"));
    }

    [Fact]
    public async Task Numbering_goes_on_after_the_largest_key()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO t VALUES (1, 'a'), (41, 'b')");
        (await journey.MoveAsync()).MustBeVerified();
        Assert.Equal([42L], await journey.RowAsync("INSERT INTO t (v) VALUES ('c') RETURNING id"));
    }

    [Fact]
    public async Task Numbering_goes_on_after_the_largest_number_that_AUTOINCREMENT_ever_gave()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT)", "INSERT INTO t VALUES (1, 'a'), (1000, 'b')", "DELETE FROM t WHERE id = 1000",
            "CREATE TABLE emptied (id INTEGER PRIMARY KEY AUTOINCREMENT)", "INSERT INTO emptied VALUES (77)", "DELETE FROM emptied",
            "CREATE TABLE fresh (id INTEGER PRIMARY KEY AUTOINCREMENT)",
            // An application may set the counter below what is there: the rows win.
            "CREATE TABLE behind (id INTEGER PRIMARY KEY AUTOINCREMENT)", "INSERT INTO behind VALUES (50)", "UPDATE sqlite_sequence SET seq = 5 WHERE name = 'behind'");
        var outcome = (await journey.MoveAsync()).MustBeVerified();
        Assert.DoesNotContain(outcome.Document.Tables, t => t.Source == "sqlite_sequence");
        Assert.Equal([1001L], await journey.RowAsync("INSERT INTO t (v) VALUES ('c') RETURNING id"));
        Assert.Equal([78L], await journey.RowAsync("INSERT INTO emptied DEFAULT VALUES RETURNING id"));
        Assert.Equal([1L], await journey.RowAsync("INSERT INTO fresh DEFAULT VALUES RETURNING id"));
        Assert.Equal([51L], await journey.RowAsync("INSERT INTO behind DEFAULT VALUES RETURNING id"));
    }

    [Fact]
    public async Task Negative_keys_leave_numbering_at_its_beginning()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (-5), (-1)");
        (await journey.MoveAsync()).MustBeVerified();
        Assert.Equal([1L], await journey.RowAsync("INSERT INTO t DEFAULT VALUES RETURNING id"));
    }

    [Fact]
    public async Task A_table_without_a_key_keeps_its_double_rows()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (a INTEGER, b TEXT)", "INSERT INTO t VALUES (1, 'x'), (1, 'x'), (1, 'x'), (2, NULL), (NULL, NULL), (NULL, NULL)");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(6, outcome.Table("t").Rows);
        Assert.Equal([[1L, "x", 3L], [2L, null, 1L], [null, null, 2L]], await journey.RowsAsync("SELECT a, b, count(*) FROM t GROUP BY a, b ORDER BY a, b"));
        Assert.Equal("t.a bigint\nt.b text collate \"C\"", await journey.ColumnsAsync());
    }

    [Fact]
    public async Task Empty_tables_and_tables_of_nothing_but_a_key_go_over()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE bare (id INTEGER PRIMARY KEY, a TEXT, b NUMERIC(8,3), c DATETIME, d BOOLEAN, e BLOB, f)", "CREATE TABLE only_key (id INTEGER PRIMARY KEY)",
            "INSERT INTO only_key VALUES (3), (1)", "CREATE TABLE word (w TEXT PRIMARY KEY) WITHOUT ROWID", "INSERT INTO word VALUES ('b'), ('a')");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal((0, 2, 2), (outcome.Table("bare").Rows, outcome.Table("only_key").Rows, outcome.Table("word").Rows));
        Assert.Equal("bigint, text, numeric(8,3), timestamp without time zone, boolean, bytea, text", outcome.Table("bare").Types);
        Assert.Equal(["a", "b"], await journey.TextsAsync("SELECT w FROM word ORDER BY w"));
    }

    [Fact]
    public async Task A_database_without_tables_moves()
    {
        using var journey = await Journey.PrepareAsync(servers, "PRAGMA user_version = 1");
        (await journey.MoveAsync()).MustBeVerified();
    }

    [Fact]
    public async Task A_primary_key_that_is_only_called_INT_does_not_number_itself()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (5), (7)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("t.id bigint not null", await journey.ColumnsAsync());
    }

    [Fact]
    public async Task STRICT_tables_go_over_by_their_declared_types()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, i INT, r REAL, s TEXT, b BLOB, a ANY) STRICT", "INSERT INTO t VALUES (1, 5, 5, '5', x'05', '5'), (2, NULL, 0.5, '', x'', '005')");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("bigint, bigint, double precision, text, bytea, text", outcome.Table("t").Types);
        Assert.Equal([[5L, 5d, "5", "5"], [null, 0.5, "", "005"]], await journey.RowsAsync("SELECT i, r, s, a FROM t ORDER BY id"));
    }

    [Fact]
    public async Task Five_hundred_columns_go_over()
    {
        using var journey = await Journey.PrepareAsync(servers,
            $"CREATE TABLE t ({string.Join(", ", Enumerable.Range(0, 500).Select(i => $"c{i} INTEGER"))})",
            $"INSERT INTO t VALUES ({string.Join(", ", Enumerable.Range(0, 500))})", $"INSERT INTO t (c499) VALUES (1)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (object?)(long)i), await journey.RowAsync("SELECT * FROM t WHERE c0 = 0"));
    }
}
