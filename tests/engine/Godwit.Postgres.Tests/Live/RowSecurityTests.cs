using Godwit.Conformance.Live;
using Godwit.Engine.Live;
using Godwit.Postgres.Live;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Live;

/// <summary>A policy that hides rows of a table from its own owner shows a move a part of them, and a verification the same part. Godwit is told so by an error, and carries nothing.</summary>
[Trait("Hazard", "9")]
public sealed class RowSecurityTests(PostgresServers servers)
{
    /// <summary>Two of three rows are to be seen, and new ones are taken whatever they hold.</summary>
    private const string Hide = "ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE POLICY few ON t USING (v < 25) WITH CHECK (true)";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_and_rows_of_a_source_are_not_read_in_part()
    {
        await using var world = await PostgresLiveWorld.MakeAsync(servers);
        var source = await world.OpenAsync(Guid.NewGuid());
        await source.RecordAsync(Token);
        await world.Database.ExecuteAsync("UPDATE t SET v = v");
        await world.Database.ExecuteAsync(Hide);
        Assert.Equal(2, await world.Database.ScalarAsync<long>("SELECT count(*) FROM t"));
        await MustBeSaidAsync(async () =>
        {
            using var delta = await source.ReadDeltaAsync(source.Beginning, whole: true, Token);
            delta.Rows("t");
        });
        await MustBeSaidAsync(() => Task.Run(() => source.OpenRows(since: null, (_, _) => { }).Rows(source, "t"), Token));
        await MustBeSaidAsync(() => Task.Run(() => source.OpenRows(source.Beginning, (_, _) => { }).Rows(source, "t"), Token));
    }

    [Fact]
    public async Task Changes_are_not_brought_back_to_a_source_in_part()
    {
        await using var world = await PostgresLiveWorld.MakeAsync(servers);
        var source = await world.OpenAsync(Guid.NewGuid());
        await source.RecordAsync(Token);
        await world.Database.ExecuteAsync(Hide);
        using var delta = new HandMadeDelta(source.Of("t"), "a", "b", [1, 11], [3]);
        await MustBeSaidAsync(() => source.ApplyAsync(delta, Token));
        Assert.Null(await source.AppliedAsync(Token));
        await MustBeAsTheyWereAsync(world.Database);
    }

    [Fact]
    public async Task Changes_are_neither_brought_to_the_new_side_nor_read_of_it_in_part()
    {
        await using var now = await NewSide.MakeAsync(await PostgresLiveWorld.MakeAsync(servers));
        await now.Database.ExecuteAsync("UPDATE t SET v = v");
        await now.Database.ExecuteAsync(Hide);
        using var delta = new HandMadeDelta(now.Source.Of("t"), "a", "b", [1, 11], [3]);
        await MustBeSaidAsync(() => now.Side.ApplyAsync(delta, Token));
        Assert.Null(await now.Side.AppliedAsync(Token));
        await MustBeSaidAsync(async () =>
        {
            using var back = await now.Side.ReadDeltaAsync(PostgresDelta.Beginning, whole: true, Token);
            back.Rows("t");
        });
        await MustBeAsTheyWereAsync(now.Database);
    }

    private static async Task MustBeAsTheyWereAsync(TestDatabase database)
    {
        await database.ExecuteAsync("ALTER TABLE t NO FORCE ROW LEVEL SECURITY");
        Assert.Equal("10 20 30", await database.ScalarAsync<string>("SELECT string_agg(v::text, ' ' ORDER BY id) FROM t"));
    }

    private static async Task MustBeSaidAsync(Func<Task> act)
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(act);
        Assert.Contains("row-level security", fault.ToString(), StringComparison.Ordinal);
    }
}
