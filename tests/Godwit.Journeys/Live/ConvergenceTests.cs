using Godwit.Engine.Live;
using Godwit.Journeys.Running;
using Godwit.Model.Moves;
using Godwit.Postgres.Live;
using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>Whatever an application writes, the target holds it once the changes are applied: `godwit verify` reads every row of both.</summary>
public sealed class ConvergenceTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly string[] s_schema =
    [
        "CREATE TABLE people(id INTEGER PRIMARY KEY, email TEXT NOT NULL COLLATE NOCASE UNIQUE, name TEXT, boss INTEGER REFERENCES people(id) ON DELETE CASCADE)",
        "CREATE TABLE tags(name TEXT PRIMARY KEY, weight REAL, note BLOB)",
        "CREATE TABLE places(x INTEGER NOT NULL, y INTEGER NOT NULL, what TEXT, PRIMARY KEY (x, y)) WITHOUT ROWID",
        "CREATE UNIQUE INDEX people_name ON people(lower(name)) WHERE boss IS NULL",
    ];

    [Theory, InlineData(1, true), InlineData(2, true), InlineData(3, false), InlineData(4, false)]
    [Trait("Hazard", "17")]
    [Trait("Hazard", "19")]
    public async Task What_was_written_since_arrives(int seed, bool superuser)
    {
        var random = new Random(seed);
        using var journey = await Journey.PrepareAsync(servers, s_schema);
        using var application = SqliteConnection.OpenForWriting(journey.Folder.Source);
        application.Execute("PRAGMA foreign_keys = ON");
        for (var i = 0; i < 40; i++) Try(application, Statement(random));
        (await journey.MoveAsync()).MustBe(0);
        var plan = PlanJson.Read(await journey.Target.ScalarAsync<string>("SELECT plan FROM godwit.runs"));
        var move = Guid.NewGuid();
        using var source = SqliteLiveSource.Open(journey.Folder.Source, plan, move);
        await source.RecordAsync(Token);
        var target = new PostgresLiveSide(LiveSessions.Of(token => journey.Target.OpenAsync(superuser, token)), plan.Schema, PostgresLiveSide.TablesOf(plan.Schema, source.Tables, move), move);
        await target.MakeFenceAsync(Token);
        if (!superuser) await journey.PsqlAsync("ALTER TABLE people DROP CONSTRAINT people_boss_fkey");
        var position = "0";
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 60; i++) Try(application, Statement(random));
            using var delta = await source.ReadDeltaAsync(position, whole: false, Token);
            // What comes in between belongs to the next delta.
            Try(application, Statement(random));
            await target.ApplyAsync(delta, Token);
            position = delta.Until;
        }
        using (var last = await source.ReadDeltaAsync(position, whole: true, Token)) Assert.Equal(0, (await target.ApplyAsync(last, Token)).Unfit);
        await target.RemoveAsync(Token);
        // Sequences are set once, at the cut-over.
        await journey.PsqlAsync("SELECT setval(pg_get_serial_sequence('people', 'id'), max(id)) FROM people");
        if (!superuser) await journey.PsqlAsync("ALTER TABLE people ADD CONSTRAINT people_boss_fkey FOREIGN KEY (boss) REFERENCES people (id) ON DELETE CASCADE");
        (await journey.VerifyAsync()).MustBe(0);
        await source.RemoveAsync(Token);
        Assert.Null(application.QueryText("SELECT name FROM sqlite_schema WHERE name LIKE '%godwit%'"));
    }

    private static string Statement(Random random)
    {
        var (n, m) = (random.Next(12), random.Next(12));
        var or = new[] { "", "OR REPLACE", "OR IGNORE" }[random.Next(3)];
        var boss = random.Next(3) == 0 ? $"{m}" : "NULL";
        return random.Next(12) switch
        {
            0 or 1 or 2 => $"INSERT {or} INTO people VALUES ({n}, '{Mail(random)}', '{Mail(random)}', {boss})",
            3 => $"UPDATE {or} people SET email = '{Mail(random)}' WHERE id = {n}",
            4 => $"UPDATE {or} people SET id = {m + 6} WHERE id = {n}",
            5 => $"DELETE FROM people WHERE id = {n}",
            6 => $"INSERT {or} INTO tags VALUES ('{Mail(random)}', {n}.5, x'{n:x2}')",
            7 => $"UPDATE {or} tags SET name = '{Mail(random)}', weight = {m} WHERE name = '{Mail(random)}'",
            8 => $"INSERT {or} INTO places VALUES ({n}, {m}, 'here')",
            9 => $"UPDATE {or} places SET x = y, y = x WHERE x > {n}",
            10 => $"INSERT INTO places VALUES ({n}, {m}, 'there') ON CONFLICT DO UPDATE SET what = 'twice'",
            _ => $"DELETE FROM places WHERE y = {m}",
        };
    }

    private static string Mail(Random random)
    {
        var mail = ((char)('a' + random.Next(5))).ToString() + random.Next(3);
        return random.Next(3) == 0 ? mail.ToUpperInvariant() : mail;
    }

    private static void Try(SqliteConnection connection, string sql)
    {
        try
        {
            connection.Execute(sql);
        }
        catch (SqliteException)
        {
            // A constraint held: nothing was changed.
            return;
        }
    }
}
