using Godwit.Journeys.Running;
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

    /// <summary>Anywhere: between steps, in the runner's own notes, on the way back. Back within seconds, it is nobody's business but the runner's.</summary>
    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 4, Traits = ["Category", "Soak"])]
    public Task A_server_that_comes_back_is_waited_for_wherever_the_run_is(int seed, int strikes) => StrikeAsync(seed, strikes);

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_server_that_goes_down_a_hundred_times()
    {
        for (var (seed, struck) = (100, 0); struck < 100; seed++) struck += await StrikeAsync(seed, strikes: 8);
    }

    private static async Task<int> StrikeAsync(int seed, int strikes)
    {
        var token = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, cancellationToken: token);
        var undisturbed = await EveryKind.UndisturbedAsync(server);
        await using var world = await EveryKind.MakeAsync(server);
        // Godwit's own: on a busy machine a server takes longer to come back than the few seconds that other tests' leases last.
        world.Folder.Environment["GODWIT_LEASE_SECONDS"] = "30";
        var random = new Random(seed);
        var disturbance = new Disturbance(world, random) { EndsByItself = true };
        var struck = await disturbance.GoAsync(back: false, Disturbance.Places(random, strikes), Strike);
        await world.AssertDoneAsync(undisturbed);
        struck += await disturbance.GoAsync(back: true, Disturbance.Places(random, strikes), Strike);
        await world.AssertUndoneAsync();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}\n{disturbance.Story}");
        return struck;

        async Task Strike(GodwitProcess runner)
        {
            await (random.Next(2) == 0 ? server.StopImmediatelyAsync(token) : server.KillAsync(token));
            await server.StartAsync(token);
        }
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
