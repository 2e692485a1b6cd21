using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.FromPostgres;

/// <summary>The published program, killed in the middle: what is there is gone on with, if the source is still what it was.</summary>
public sealed class InterruptedTests(PostgresServers servers)
{
    private const string Tables = """
        CREATE TYPE mood AS ENUM ('a', 'b');
        CREATE TABLE t (id bigserial PRIMARY KEY, m mood, v text); INSERT INTO t (m, v) SELECT 'b', repeat('x', i % 100) FROM generate_series(1, 60000) i;
        CREATE TABLE keyless AS SELECT i % 7 AS a FROM generate_series(1, 5000) i;
        CREATE FUNCTION f() RETURNS mood LANGUAGE sql AS 'SELECT ''a''::mood'; CREATE VIEW w AS SELECT f() FROM t; CREATE SEQUENCE alone;
        """;

    [Fact]
    public async Task Killed_in_the_copy_it_is_resumed_and_verified()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var source = await KilledAsync(journey);
        using var resume = journey.Start("resume", "--json");
        (await resume.WaitAsync()).MustBeVerified();
        Assert.Equal(60000, await journey.Target.ScalarAsync<long>("SELECT count(*) FROM t"));
        using var verify = journey.Start("verify", "--from", source.Url, "--to", journey.Target.Url, "--json");
        (await verify.WaitAsync()).MustBeVerified();
    }

    /// <summary>What a move makes in the schema that it reads is neither a change of its source nor in the way of its own locks.</summary>
    [Fact]
    public async Task Beside_itself_too()
    {
        using var journey = await Journey.PrepareAsync(servers);
        await journey.PsqlAsync(Tables);
        journey.Environment["GODWIT_LEASE_SECONDS"] = "3";
        journey.Folder.Write("map.yaml", "tables:\n  t:\n    rename: u\n");
        using (var move = await StartIntoCopyAsync(journey, journey.Target, "--tables", "t", "--map", "map.yaml", "--accept", "GW1120")) move.Kill();
        using var resume = journey.Start("resume", "--json");
        (await resume.WaitAsync()).MustBeVerified();
        Assert.Equal(60001, await journey.Target.ScalarAsync<long>("INSERT INTO u (v) VALUES ('next') RETURNING id"));
    }

    [Fact]
    public async Task A_source_that_was_written_to_meanwhile_is_not_gone_on_with_and_abort_leaves_nothing()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var before = await journey.RelationsAsync();
        var source = await KilledAsync(journey);
        await source.ExecuteAsync("UPDATE t SET v = v WHERE id = 59999");
        using (var resume = journey.Start("resume", "--json")) Assert.Equal("GW1006", Assert.Single((await resume.WaitAsync()).MustBe(3).Errors).Code);
        using (var abort = journey.Start("abort", "--json")) (await abort.WaitAsync()).MustBe(0);
        Assert.Equal(before, string.Join('\n', (await journey.RelationsAsync()).Split('\n').Where(l => !l.Contains("godwit", StringComparison.Ordinal))));
        Assert.Equal(0, await journey.Target.ScalarAsync<long>("SELECT count(*) FROM pg_type WHERE typname = 'mood'"));
    }

    [Fact]
    public async Task Who_writes_while_it_is_moved_is_seen_in_the_end()
    {
        using var journey = await Journey.PrepareAsync(servers);
        var source = await SourceAsync(journey);
        using var move = await StartIntoCopyAsync(journey, source);
        await source.ExecuteAsync("UPDATE t SET v = 'late' WHERE id = 1");
        var failed = (await move.WaitAsync()).MustBe(3);
        Assert.Equal("failed", failed.Document.Outcome);
        Assert.Empty(failed.Document.Mismatches);
    }

    private static async Task<TestDatabase> KilledAsync(Journey journey)
    {
        var source = await SourceAsync(journey);
        journey.Environment["GODWIT_LEASE_SECONDS"] = "3";
        using var move = await StartIntoCopyAsync(journey, source);
        move.Kill();
        return source;
    }

    private static async Task<TestDatabase> SourceAsync(Journey journey)
    {
        var source = await journey.Target.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await source.ExecuteAsync(Tables);
        return source;
    }

    private static async Task<GodwitProcess> StartIntoCopyAsync(Journey journey, TestDatabase source, params string[] options)
    {
        var move = journey.Start(["move", "--from", source.Url, "--to", journey.Target.Url, "--range-rows", "200", "--jobs", "1", "--json", .. options]);
        while (!move.HasExited && !(await journey.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.ranges') IS NOT NULL") && await journey.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.ranges WHERE done") > 4))
            await Task.Delay(1, TestContext.Current.CancellationToken);
        return move;
    }
}
