using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>A network between runner and target that drips, delays and cuts, in every phase: the run ends as one that nobody disturbed.</summary>
public sealed class CutConnectionTests(PostgresServers servers)
{
    [Fact]
    public async Task Connections_that_drip_and_are_cut_in_every_phase_cost_nothing()
    {
        var server = await servers.DefaultAsync();
        var undisturbed = await EveryKind.UndisturbedAsync(server);
        await using var world = await EveryKind.MakeAsync(server);
        await using var proxy = CuttingProxy.Before("127.0.0.1", server.Port);
        world.Folder.Environment["DATABASE_URL"] = world.Target.Url.Replace($":{server.Port}/", $":{proxy.Port}/", StringComparison.Ordinal);
        world.Folder.Environment["PGPASSWORD"] = server.Password;
        var random = new Random(3);
        var disturbance = new Disturbance(world, random);
        try
        {
            Assert.InRange(await disturbance.GoAsync(back: false, Disturbance.Places(random, 8), _ => StrikeAsync(proxy, random)), 5, 8);
            await world.AssertDoneAsync(undisturbed);
            Assert.InRange(await disturbance.GoAsync(back: true, Disturbance.Places(random, 5), _ => StrikeAsync(proxy, random)), 3, 5);
            await world.AssertUndoneAsync();
        }
        finally
        {
            TestContext.Current.TestOutputHelper!.WriteLine(disturbance.Story);
        }
    }

    /// <summary>Cut at once, or in the middle of a statement that drips through, some bytes later.</summary>
    private static async Task StrikeAsync(CuttingProxy proxy, Random random)
    {
        if (random.Next(2) == 0)
        {
            proxy.Cut();
            return;
        }
        (proxy.Delay, proxy.PieceBytes) = (TimeSpan.FromMilliseconds(2), 64);
        var before = proxy.PassedBytes;
        proxy.CutAfter(random.Next(16, 2000));
        await Patience.UntilAsync(() => Task.FromResult(proxy.OpenConnections == 0 || proxy.PassedBytes > before + 2000));
        (proxy.Delay, proxy.PieceBytes) = (TimeSpan.Zero, 64 * 1024);
    }
}
