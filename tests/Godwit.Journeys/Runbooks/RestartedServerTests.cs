using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>The target's server goes down under a run and comes up again: the runner tries again, or ends, and the run ends as one that nobody disturbed.</summary>
public sealed class RestartedServerTests
{
    /// <summary>In the sql step that takes its time, in the middle of both backfills, and while the run waits.</summary>
    private static readonly (int, int)[] Places = [(4, 0), (7, 25), (8, 12), (15, 1)];

    [Fact]
    public async Task A_server_that_goes_down_and_comes_back_costs_nothing()
    {
        var token = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, cancellationToken: token);
        var undisturbed = await EveryKind.UndisturbedAsync(server);
        await using var world = await EveryKind.MakeAsync(server);
        var disturbance = new Disturbance(world, new Random(1));
        var immediate = true;
        var struck = await disturbance.GoAsync(back: false, Places, async _ =>
        {
            await (immediate ? server.StopImmediatelyAsync(token) : server.KillAsync(token));
            immediate = !immediate;
            await server.StartAsync(token);
        });
        TestContext.Current.TestOutputHelper!.WriteLine(disturbance.Story);
        Assert.Equal(Places.Length, struck);
        await world.AssertDoneAsync(undisturbed);
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_server_that_stays_down_ends_the_runner_and_a_resume_goes_on()
    {
        var token = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, cancellationToken: token);
        var undisturbed = await EveryKind.UndisturbedAsync(server);
        await using var world = await EveryKind.MakeAsync(server);
        await using var watch = new RunWatch(world.Target);
        using (var runner = world.Folder.Start("run"))
        {
            Assert.True(await watch.ReachAsync(7, 25, back: false, () => runner.HasExited));
            await watch.DisposeAsync();
            await server.StopImmediatelyAsync(token);
            var outcome = (await runner.WaitAsync()).MustBe(4);
            Assert.Contains("godwit resume", outcome.Output + outcome.Error, StringComparison.Ordinal);
        }
        await server.StartAsync(token);
        (await world.Folder.RunAsync("resume")).MustBe(0);
        await world.AssertDoneAsync(undisturbed);
    }
}
