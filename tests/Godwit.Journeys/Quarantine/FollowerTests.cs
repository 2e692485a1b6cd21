using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Quarantine;

/// <summary>Rows that point at a row in quarantine follow it, whatever the foreign key is like; together both sides are the source.</summary>
public sealed class FollowerTests(PostgresServers servers)
{
    private const string Bad = "CAST(x'61ff' AS TEXT)";

    /// <summary>Moves with quarantine, holds the sum of both against the source, and verifies again.</summary>
    private static async Task<string> MoveAsync(Journey journey, params string[] options)
    {
        var outcome = (await journey.MoveAsync(["--quarantine", "--paranoid", .. options])).MustBeVerified();
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
        Assert.Equal(outcome.Document.Quarantined, outcome.Document.Tables.Sum(t => t.Quarantined));
        foreach (var table in outcome.Document.Tables)
        {
            Assert.Equal(table.Rows, (await journey.RowAsync($"SELECT count(*) FROM public.\"{table.Target}\""))[0]);
            if (table.Quarantined > 0) Assert.Equal(table.Quarantined, (await journey.RowAsync($"SELECT count(*) FROM public.\"{table.Target}__quarantine\""))[0]);
            Assert.Equal(table.Rows + table.Quarantined, journey.Folder.Count(table.Source));
        }
        return string.Join(" ", outcome.Document.Tables.Select(t => $"{t.Source}:{t.Rows}+{t.Quarantined}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Through_a_composite_key()
    {
        using var journey = await Journey.PrepareAsync(
            servers,
            "CREATE TABLE p (a INTEGER, b TEXT, v TEXT, PRIMARY KEY (a, b))", $"INSERT INTO p VALUES (1, 'x', 'ok'), (1, 'y', {Bad}), (2, 'x', {Bad}), (2, 'y', 'ok')",
            "CREATE TABLE c (id INTEGER PRIMARY KEY, b TEXT, a INTEGER, FOREIGN KEY (a, b) REFERENCES p (a, b))",
            "INSERT INTO c VALUES (1, 'x', 1), (2, 'y', 1), (3, 'x', 2), (4, 'y', 2), (5, NULL, 1), (6, 'y', NULL), (7, 'y', 1)");
        Assert.Equal("c:4+3 p:2+2", await MoveAsync(journey));
        Assert.Equal([2L, 3L, 7L], (await journey.RowsAsync("SELECT godwit_row FROM c__quarantine ORDER BY 1")).Select(r => r[0]));
    }

    [Fact]
    public async Task Through_a_table_that_points_at_itself_however_deep_and_whichever_way_it_lies()
    {
        // Children below their parents and above them: 1 <- 2 <- … <- 40, and 100 -> 99 -> … -> 60.
        var down = Enumerable.Range(1, 40).Select(i => $"({i}, {(i == 1 ? "NULL" : $"{i - 1}")}, {(i == 5 ? Bad : "'ok'")})");
        var up = Enumerable.Range(60, 41).Select(i => $"({i}, {(i == 100 ? "NULL" : $"{i + 1}")}, {(i == 95 ? Bad : "'ok'")})");
        using var journey = await Journey.PrepareAsync(
            servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t (id), v TEXT)", $"INSERT INTO t VALUES {string.Join(", ", down.Concat(up))}");
        Assert.Equal($"t:{4 + 5}+{36 + 36}", await MoveAsync(journey));
    }

    [Fact]
    public async Task Through_a_circle_of_tables()
    {
        using var journey = await Journey.PrepareAsync(
            servers,
            "CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b (id), v TEXT)", "CREATE TABLE b (id INTEGER PRIMARY KEY, c INTEGER REFERENCES c (id))", "CREATE TABLE c (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id))",
            $"INSERT INTO a VALUES (1, 3, {Bad}), (2, 1, 'ok'), (3, NULL, 'ok'), (4, 9, 'ok')", "INSERT INTO c VALUES (1, 1), (2, 2), (3, 3)", "INSERT INTO b VALUES (1, 1), (2, 2), (3, NULL), (9, 3)");
        // a1 is bad; c1 points at it, b1 at c1, a2 at b1, c2 at a2, b2 at c2.
        Assert.Equal("a:2+2 b:2+2 c:1+2", await MoveAsync(journey));
    }

    [Fact]
    public async Task Through_a_row_that_points_at_itself()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, up INTEGER NOT NULL REFERENCES t (id), v TEXT)", $"INSERT INTO t VALUES (1, 1, {Bad}), (2, 2, 'ok'), (3, 1, 'ok')");
        Assert.Equal("t:1+2", await MoveAsync(journey));
    }

    [Fact]
    public async Task Through_a_unique_column_of_text_from_a_table_without_rowid()
    {
        using var journey = await Journey.PrepareAsync(
            servers,
            "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE, n INTEGER)", "INSERT INTO p VALUES (1, 'one', 1), (2, 'two', 'word'), (3, NULL, 'word'), (4, 'four', 4), (5, 'five', 5)",
            "CREATE TABLE c (k TEXT PRIMARY KEY, code TEXT REFERENCES p (code)) WITHOUT ROWID", "INSERT INTO c VALUES ('z', 'one'), ('a', 'two'), ('m', NULL), ('b', 'two')",
            "CREATE TABLE d (k TEXT REFERENCES c (k))", "INSERT INTO d VALUES ('a'), ('z'), ('b'), ('b'), (NULL)");
        Assert.Equal("c:2+2 d:2+3 p:3+2", await MoveAsync(journey));
    }

    [Fact]
    public async Task A_misfit_in_the_referencing_column_itself_takes_its_own_row_only()
    {
        using var journey = await Journey.PrepareAsync(
            servers, "CREATE TABLE p (id INTEGER PRIMARY KEY)", "INSERT INTO p VALUES (1), (2)", "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id))", "INSERT INTO c VALUES (1, 1), (2, 'word'), (3, 2)");
        // Such a value is no key of any parent, but its row is not at the target to point anywhere: the foreign key is validated.
        Assert.Equal("c:2+1 p:2+0", await MoveAsync(journey));
        Assert.Equal([true], await journey.RowAsync("SELECT convalidated FROM pg_constraint WHERE contype = 'f' AND conrelid = 'c'::regclass"));
    }

    [Fact]
    public async Task Many_followers_of_many_rows_are_found_in_little_time()
    {
        using var journey = await Journey.PrepareAsync(
            servers,
            "CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT)", $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO p SELECT i, CASE WHEN i % 2 = 0 THEN {Bad} ELSE 'ok' END FROM n",
            "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id))", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO c SELECT i, 1 + i % 20000 FROM n");
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal("c:30000+30000 p:10000+10000", await MoveAsync(journey));
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60), $"it took {TimeProvider.System.GetElapsedTime(began)}");
    }
}
