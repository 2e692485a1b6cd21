using Godwit.Journeys.Runbooks;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Live;

/// <summary>Sessions hold numbers of a sequence for themselves: no two sides ever give the same one to anybody, however often writers go there and back.</summary>
public sealed class CachedNumbersTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Hazard", "23")]
    public async Task Numbers_that_a_session_has_cached_meet_none_that_the_other_side_gave()
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        var source = await folder.Target.Server.CreateDatabaseAsync(Token);
        using var live = await PostgresLiveFolder.PrepareAsync(folder, source);
        await source.ExecuteAsync("CREATE SEQUENCE bank.numbers CACHE 50; CREATE TABLE bank.orders(id bigint PRIMARY KEY DEFAULT nextval('bank.numbers'), who text); ALTER SEQUENCE bank.numbers OWNED BY bank.orders.id");
        await using var old = await source.OpenAsync(cancellationToken: Token);
        await InsertAsync(old, "old, before");
        (await folder.RunAsync("run")).MustBe(0);
        await using var now = await folder.Target.OpenAsync(cancellationToken: Token);
        await InsertAsync(now, "new, first session");
        await using (var other = await folder.Target.OpenAsync(cancellationToken: Token)) await InsertAsync(other, "new, second session");
        (await folder.RunAsync("rollback", "--to", "backfill")).MustBe(6);
        // It goes on with what it has cached since before the switch; another takes what comes next.
        await InsertAsync(old, "old, cached");
        await using (var other = await source.OpenAsync(cancellationToken: Token)) await InsertAsync(other, "old, after");
        (await folder.RunAsync("resume")).MustBe(0);
        await InsertAsync(now, "new, cached");
        await using (var other = await folder.Target.OpenAsync(cancellationToken: Token)) await InsertAsync(other, "new, after");
        Assert.Equal(7 * 3, await folder.Target.ScalarAsync<long>("SELECT count(DISTINCT id) FROM bank.orders"));
    }

    private static async Task InsertAsync(NpgsqlConnection connection, string who)
    {
        for (var i = 0; i < 3; i++)
        {
            await using var insert = new NpgsqlCommand("INSERT INTO bank.orders(who) VALUES ($1)", connection) { Parameters = { new() { Value = who } } };
            await insert.ExecuteNonQueryAsync(Token);
        }
    }
}
