using Godwit.Engine.Live;
using Godwit.Journeys.Running;
using Godwit.Model.Moves;
using Godwit.Postgres.Live;
using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Live;

/// <summary>What is written at the new side goes back to the old, so that going back loses nothing.</summary>
public sealed class ReturnTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    [Trait("Hazard", "19")]
    public async Task What_was_written_at_the_new_side_goes_back(int seed)
    {
        var random = new Random(seed);
        using var journey = await Journey.PrepareAsync(
            servers,
            "CREATE TABLE people(id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, born DATE, boss INTEGER REFERENCES people(id) ON DELETE CASCADE)",
            "CREATE TABLE tags(name TEXT PRIMARY KEY, weight REAL, note BLOB)",
            "CREATE TABLE places(x INTEGER NOT NULL, y INTEGER NOT NULL, price DECIMAL(10,2), PRIMARY KEY (x, y)) WITHOUT ROWID",
            "CREATE TABLE heard(what TEXT)",
            "CREATE TRIGGER gone AFTER DELETE ON people BEGIN INSERT INTO heard VALUES ('a trigger ran'); END",
            "INSERT INTO people VALUES (1, 'a', '2001-02-03', NULL), (2, 'b', NULL, 1)",
            "INSERT INTO tags VALUES ('a', 1.5, x'00ff')",
            "INSERT INTO places VALUES (1, 1, 2.5), (1, 2, 3)");
        (await journey.MoveAsync("--accept", "GW1102:gone")).MustBe(0);
        var plan = PlanJson.Read(await journey.Target.ScalarAsync<string>("SELECT plan FROM godwit.runs"));
        var move = Guid.NewGuid();
        using var source = SqliteLiveSource.Open(journey.Folder.Source, plan, move);
        await source.RecordAsync(Token);
        var target = new PostgresLiveSide(LiveSessions.Of(token => journey.Target.OpenAsync(cancellationToken: token)), plan.Schema, PostgresLiveSide.TablesOf(plan.Schema, source.Tables, move), move);
        await target.RecordAsync(Token);
        var position = PostgresDelta.Beginning;
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 60; i++) await TryAsync(journey, Statement(random));
            using var delta = await target.ReadDeltaAsync(position, whole: false, Token);
            await TryAsync(journey, Statement(random));
            Assert.Equal(0, (await source.ApplyAsync(delta, Token)).Unfit);
            position = delta.Until;
        }
        using (var last = await target.ReadDeltaAsync(position, whole: true, Token)) await source.ApplyAsync(last, Token);
        await target.RemoveAsync(Token);
        await journey.PsqlAsync("SELECT setval(pg_get_serial_sequence('people', 'id'), max(id)) FROM people");
        (await journey.VerifyAsync()).MustBe(0);
        using (var none = await source.ReadDeltaAsync("0", whole: false, Token)) Assert.Empty(none.Keys);
        using var look = SqliteConnection.OpenForReading(journey.Folder.Source);
        Assert.Null(look.QueryText("SELECT what FROM heard"));
    }

    [Fact]
    public async Task A_new_row_does_not_take_the_place_of_one_that_comes_back()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE tags(name TEXT PRIMARY KEY, weight INTEGER)", "INSERT INTO tags VALUES ('m', 1), ('n', 2)");
        (await journey.MoveAsync()).MustBe(0);
        var plan = PlanJson.Read(await journey.Target.ScalarAsync<string>("SELECT plan FROM godwit.runs"));
        var move = Guid.NewGuid();
        using var source = SqliteLiveSource.Open(journey.Folder.Source, plan, move);
        await source.RecordAsync(Token);
        var target = new PostgresLiveSide(LiveSessions.Of(token => journey.Target.OpenAsync(cancellationToken: token)), plan.Schema, PostgresLiveSide.TablesOf(plan.Schema, source.Tables, move), move);
        await target.RecordAsync(Token);
        // The row with the greatest number goes and comes again, and rows before and after it, in whatever order they are read, are new.
        await journey.PsqlAsync("UPDATE tags SET weight = 20 WHERE name = 'n'; INSERT INTO tags VALUES ('a', 3), ('z', 4)");
        using (var delta = await target.ReadDeltaAsync(PostgresDelta.Beginning, whole: false, Token)) await source.ApplyAsync(delta, Token);
        await target.RemoveAsync(Token);
        (await journey.VerifyAsync()).MustBe(0);
    }

    [Fact]
    public async Task A_row_whose_key_has_a_NULL_in_it_comes_back()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE parts(a INTEGER, b INTEGER, v INTEGER, PRIMARY KEY (a, b))", "INSERT INTO parts VALUES (1, NULL, 1), (1, 2, 2), (NULL, 3, 3)");
        (await journey.MoveAsync("--accept", "GW1109")).MustBe(0);
        var plan = PlanJson.Read(await journey.Target.ScalarAsync<string>("SELECT plan FROM godwit.runs"));
        var move = Guid.NewGuid();
        using var source = SqliteLiveSource.Open(journey.Folder.Source, plan, move);
        await source.RecordAsync(Token);
        var target = new PostgresLiveSide(LiveSessions.Of(token => journey.Target.OpenAsync(cancellationToken: token)), plan.Schema, PostgresLiveSide.TablesOf(plan.Schema, source.Tables, move), move);
        await target.RecordAsync(Token);
        await journey.PsqlAsync("UPDATE parts SET v = 10 WHERE b IS NULL");
        using (var delta = await target.ReadDeltaAsync(PostgresDelta.Beginning, whole: false, Token)) await source.ApplyAsync(delta, Token);
        await journey.PsqlAsync("UPDATE parts SET v = 30 WHERE a IS NULL");
        using (var delta = await target.ReadDeltaAsync((await source.AppliedAsync(Token))!, whole: false, Token)) await source.ApplyAsync(delta, Token);
        await target.RemoveAsync(Token);
        using var look = SqliteConnection.OpenForReading(journey.Folder.Source);
        Assert.Equal("2,10,30", look.QueryText("SELECT group_concat(v) FROM (SELECT v FROM parts ORDER BY v)"));
        (await journey.VerifyAsync()).MustBe(0);
    }

    [Fact]
    [Trait("Hazard", "18")]
    public async Task A_fence_refuses_writes_and_nothing_else()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t(id INTEGER PRIMARY KEY, v)", "INSERT INTO t VALUES (1, 1)");
        (await journey.MoveAsync()).MustBe(0);
        var plan = PlanJson.Read(await journey.Target.ScalarAsync<string>("SELECT plan FROM godwit.runs"));
        using var application = SqliteConnection.OpenForWriting(journey.Folder.Source);
        using var source = SqliteLiveSource.Open(journey.Folder.Source, plan, Guid.NewGuid());
        await source.RecordAsync(Token);
        // A drain that fails leaves everything as it was.
        await Assert.ThrowsAsync<InvalidOperationException>(() => source.FenceAsync(TimeSpan.FromSeconds(60), () => throw new InvalidOperationException(), Token));
        application.Execute("INSERT INTO t VALUES (2, 2)");
        await source.FenceAsync(
            TimeSpan.FromSeconds(60),
            async () =>
            {
                application.SetBusyTimeout(TimeSpan.Zero);
                Assert.Throws<SqliteException>(() => application.Execute("INSERT INTO t VALUES (3, 3)"));
                Assert.Equal(2, application.QueryInteger("SELECT count(*) FROM t"));
                using var delta = await source.ReadDeltaAsync("0", whole: false, Token);
                Assert.Single(delta.Keys);
            },
            Token);
        foreach (var statement in new[] { "INSERT INTO t VALUES (3, 3)", "INSERT OR IGNORE INTO t VALUES (3, 3)", "REPLACE INTO t VALUES (1, 3)", "UPDATE t SET v = 3", "DELETE FROM t" })
            Assert.Contains("this database has moved", Assert.Throws<SqliteException>(() => application.Execute(statement)).Message, StringComparison.Ordinal);
        Assert.Equal(2, application.QueryInteger("SELECT count(*) FROM t"));
        await source.UnfenceAsync(Token);
        application.Execute("INSERT INTO t VALUES (3, 3)");
    }

    private static string Statement(Random random)
    {
        var (n, m) = (random.Next(12), random.Next(12));
        var mail = ((char)('a' + random.Next(5))).ToString() + random.Next(3);
        return random.Next(12) switch
        {
            0 or 1 => $"INSERT INTO people VALUES ({n}, '{mail}', '2020-01-{n + 1:00}', {(random.Next(3) == 0 ? $"{m}" : "NULL")}) ON CONFLICT (id) DO UPDATE SET email = excluded.email",
            2 => $"UPDATE people SET email = '{mail}', born = NULL WHERE id = {n}",
            3 => $"UPDATE people SET id = {m + 6} WHERE id = {n}",
            4 => $"DELETE FROM people WHERE id = {n}",
            5 => $"BEGIN; UPDATE people SET email = 'x' WHERE id = {n}; UPDATE people SET email = (SELECT 'y' || id FROM people WHERE id = {n}) WHERE id = {m}; UPDATE people SET email = '{mail}' WHERE id = {n}; COMMIT",
            6 => $@"INSERT INTO tags VALUES ('{mail}', {n}.25, '\x{n:x2}') ON CONFLICT DO NOTHING",
            7 when n % 2 == 0 => $"UPDATE tags SET weight = {m} WHERE name > '{mail}'",
            7 => $"UPDATE tags SET name = '{mail}', weight = {m} WHERE name <> '{mail}'",
            8 => $"INSERT INTO places VALUES ({n}, {m}, {n}.5) ON CONFLICT DO NOTHING",
            9 => $"UPDATE places SET x = y + 20, y = x WHERE x > {n}",
            10 => "TRUNCATE places",
            _ => $"DELETE FROM places WHERE y = {m}",
        };
    }

    private static async Task TryAsync(Journey journey, string sql)
    {
        try
        {
            await journey.PsqlAsync(sql);
        }
        catch (PostgresException)
        {
            // A constraint held: nothing was changed.
            return;
        }
    }
}
