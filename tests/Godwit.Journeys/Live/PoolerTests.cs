using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>Behind a pooler a session is not one: two runners would hold the same lock, and what a runner sets would be the application's.</summary>
[Trait("Hazard", "10")]
public sealed class PoolerTests(PostgresServers servers)
{
    [Theory, InlineData("transaction", "OLD_URL"), InlineData("session", "OLD_URL"), InlineData("transaction", "DATABASE_URL"), InlineData("session", "DATABASE_URL")]
    public async Task Neither_side_of_a_live_move_is_reached_through_PgBouncer(string mode, string side)
    {
        using var live = await PostgresLiveFolder.PrepareAsync(servers, oneDatabase: false);
        var database = side == "OLD_URL" ? live.Source : live.Folder.Target;
        await using var pooler = await PgBouncer.StartAsync(database, mode, TestContext.Current.CancellationToken);
        live.Folder.Environment[side] = live.Folder.Environment[side]!.Replace($":{database.Server.Port}/", $":{pooler.Port}/", StringComparison.Ordinal);
        var refused = await live.Folder.RunAsync("run");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("GW1306", refused.Output + refused.Error, StringComparison.Ordinal);
        Assert.True(await live.Source.ScalarAsync<bool>("SELECT to_regnamespace('godwit') IS NULL AND NOT EXISTS (SELECT FROM pg_trigger WHERE NOT tgisinternal)"));
    }
}
