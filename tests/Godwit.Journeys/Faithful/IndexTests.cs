using Godwit.Journeys.Running;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Faithful;

public sealed class IndexTests(PostgresServers servers)
{
    [Fact]
    public async Task Directions_conditions_and_expressions_of_indexes_go_over()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, done INTEGER)", "INSERT INTO t VALUES (1, 5, 'Öl', 0), (2, 6, 'b', 1)",
            "CREATE INDEX descending ON t (a DESC, b)", "CREATE INDEX open ON t (a) WHERE done = 0 AND b IS NOT NULL", "CREATE INDEX sum ON t (a + done, b)",
            "CREATE UNIQUE INDEX one ON t (b, a)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(
            """
            CREATE INDEX descending ON public.t USING btree (a DESC, b)
            CREATE INDEX open ON public.t USING btree (a) WHERE ((done = 0) AND (b IS NOT NULL))
            CREATE INDEX sum ON public.t USING btree (((a + done)), b)
            CREATE UNIQUE INDEX one ON public.t USING btree (b, a)
            """, await journey.IndexesAsync());
    }

    [Fact]
    public async Task A_column_that_compares_without_case_is_unique_without_case_and_warned_of()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE UNIQUE)", "INSERT INTO users VALUES (1, 'Ann@x'), (2, 'ÄNN@x'), (3, 'äNN@x')");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(("warning", "users", "email"), (outcome.Finding("GW1108").Severity, outcome.Finding("GW1108").Table, outcome.Finding("GW1108").Column));
        // ASCII only: Ä and ä are two letters to SQLite, and were stored as two rows.
        var fault = await Assert.ThrowsAsync<PostgresException>(() => journey.PsqlAsync("INSERT INTO users VALUES (4, 'aNN@X')"));
        Assert.Equal("23505", fault.SqlState);
        await journey.PsqlAsync("INSERT INTO users VALUES (5, 'ann@y')");
    }

    [Fact]
    public async Task A_column_that_ignores_spaces_at_the_end_is_unique_so()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT COLLATE RTRIM UNIQUE)", "INSERT INTO t VALUES (1, 'a  '), (2, ' a')");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("code", outcome.Finding("GW1108").Column);
        Assert.Equal("23505", (await Assert.ThrowsAsync<PostgresException>(() => journey.PsqlAsync("INSERT INTO t VALUES (3, 'a')"))).SqlState);
    }

    [Fact]
    public async Task An_index_without_case_over_a_plain_column_folds_it()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)", "INSERT INTO t VALUES (1, 'Ann')", "CREATE UNIQUE INDEX by_name ON t (name COLLATE NOCASE)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("""CREATE UNIQUE INDEX by_name ON public.t USING btree (lower((name COLLATE "C")))""", await journey.IndexesAsync());
    }

    [Fact]
    public async Task A_primary_key_without_case_stays_unique_without_case()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (name TEXT PRIMARY KEY COLLATE NOCASE, v INTEGER) WITHOUT ROWID", "INSERT INTO t VALUES ('Ann', 1), ('bob', 2)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("23505", (await Assert.ThrowsAsync<PostgresException>(() => journey.PsqlAsync("INSERT INTO t VALUES ('BOB', 3)"))).SqlState);
    }

    [Fact]
    public async Task UNIQUE_constraints_keep_their_columns_and_let_NULL_pass()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, CONSTRAINT pair UNIQUE (b, a), UNIQUE (a))", "INSERT INTO t VALUES (1, NULL, 1), (2, NULL, 1), (3, 'x', 1)");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(
            """
            t t_pkey PRIMARY KEY (id)
            t pair UNIQUE (b, a)
            t t_a_key UNIQUE (a)
            """, await journey.ConstraintsAsync());
    }

    [Fact]
    public async Task A_key_longer_than_PostgreSQL_holds_is_refused_and_accepted_is_left_behind()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "CREATE INDEX by_v ON t (v)", "INSERT INTO t VALUES (1, 'short')");
        // Random letters: what compresses well is held even so.
        var random = new Random(3);
        journey.Folder.Insert("t", 2, new string([.. Enumerable.Range(0, 9000).Select(_ => (char)random.Next(0x4e00, 0x9fa5))]));
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1107", "t", "2"), (finding.Code, finding.Table, finding.Row));
        var outcome = (await journey.MoveAsync("--accept", "GW1107:by_v", "--paranoid")).MustBeVerified();
        Assert.Equal("by_v", Assert.Single(outcome.Document.NotMoved).Name);
        Assert.Contains("CREATE INDEX by_v ON t (v)", await File.ReadAllTextAsync(journey.Folder.NotMoved, TestContext.Current.CancellationToken));
        Assert.Equal("", await journey.IndexesAsync());
    }
}
