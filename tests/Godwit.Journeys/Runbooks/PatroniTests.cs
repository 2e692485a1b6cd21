using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>A target that Patroni keeps up: its leader is killed, or hands over, in the middle of a run, forward and back.</summary>
[Trait("Category", "Soak")]
public sealed class PatroniTests
{
    /// <summary>In the sql step that takes its time, in the middle of a backfill, and while traffic is shifted.</summary>
    private static readonly (int Steps, int Changes)[] There = [(4, 0), (7, 20), (13, 1)];

    /// <summary>While traffic goes back, in the middle of the backfill that is undone, and in the sql step.</summary>
    private static readonly (int Steps, int Changes)[] Back = [(3, 1), (9, 8), (12, 0)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Named_by_both_its_servers_a_synchronous_cluster_loses_nothing_and_a_resume_goes_on(bool planned)
    {
        await using var cluster = await PatroniCluster.StartAsync(synchronous: true, Token);
        await StrikeAsync(cluster, planned, balanced: false);
    }

    /// <summary>What is over within the runner's patience costs not even a resume.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Behind_an_address_that_stays_a_synchronous_cluster_is_waited_for(bool planned)
    {
        await using var cluster = await PatroniCluster.StartAsync(synchronous: true, Token);
        await StrikeAsync(cluster, planned, balanced: true);
    }

    /// <summary>Entries of the journal that were acknowledged are gone: the runner that comes back to the new leader says so by itself, or whoever resumes is told.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task An_asynchronous_cluster_that_lost_history_stops_the_run_until_somebody_accepts_it(bool back, bool balanced)
    {
        await using var cluster = await PatroniCluster.StartAsync(synchronous: false, Token);
        var undisturbed = await EveryKind.UndisturbedAsync(cluster);
        await using var world = await EveryKind.MakeAsync(cluster);
        Settle(world, cluster, balanced);
        if (back) (await world.Folder.RunAsync("run")).MustBe(0);
        await using var watch = new RunWatch(world.Target);
        using (var runner = world.Folder.Start(back ? "rollback" : "run"))
        {
            Assert.True(await watch.ReachAsync(4, 0, back, () => runner.HasExited));
            await cluster.HoldStreamAsync(Token);
            Assert.True(await watch.ReachAsync(back ? 9 : 13, 1, back, () => runner.HasExited));
            await watch.DisposeAsync();
            await cluster.KillLeaderAsync();
            var outcome = (await runner.WaitAsync()).MustBe(balanced ? 5 : 4);
            if (balanced) Assert.Contains("GW1790", outcome.Output + outcome.Error, StringComparison.Ordinal);
        }
        await cluster.MendAsync(Token);
        foreach (var command in new[] { "resume", "rollback" })
        {
            var told = await world.Folder.RunAsync(command);
            var text = told.MustBe(5).Output + told.Error;
            Assert.Contains("GW1790", text, StringComparison.Ordinal);
            Assert.Contains("--accept-rewind", text, StringComparison.Ordinal);
        }
        if (back)
        {
            (await world.Folder.RunAsync("rollback", "--accept-rewind", "the standby was behind")).MustBe(6);
            await world.AssertUndoneAsync();
        }
        else
        {
            (await world.Folder.RunAsync("resume", "--accept-rewind", "the standby was behind")).MustBe(0);
            await world.AssertDoneAsync(undisturbed);
        }
    }

    /// <summary>What the journal does not tell of, the target's own progress does: rows and progress went back together.</summary>
    [Fact]
    public async Task An_asynchronous_cluster_that_lost_batches_only_does_them_again()
    {
        await using var cluster = await PatroniCluster.StartAsync(synchronous: false, Token);
        var undisturbed = await EveryKind.UndisturbedAsync(cluster);
        await using var world = await EveryKind.MakeAsync(cluster);
        Settle(world, cluster, balanced: true);
        await using var watch = new RunWatch(world.Target);
        using var runner = world.Folder.Start("run");
        Assert.True(await watch.ReachAsync(7, 0, back: false, () => runner.HasExited));
        await watch.DisposeAsync();
        await DoneAsync(world, 200);
        runner.Freeze();
        await cluster.CatchUpAsync(Token);
        await cluster.HoldStreamAsync(Token);
        var kept = await world.Target.ScalarAsync<long>(Filled);
        runner.Thaw();
        await DoneAsync(world, kept + 400);
        runner.Freeze();
        await cluster.KillLeaderAsync();
        Assert.Equal(kept, await world.Target.ScalarAsync<long>(Filled));
        runner.Thaw();
        (await runner.WaitAsync()).MustBe(0);
        await world.AssertDoneAsync(undisturbed);
    }

    private const string Filled = "SELECT done FROM godwit.steps WHERE id = 'fill'";

    private static Task DoneAsync(EveryKind world, long rows) => Patience.UntilAsync(async () => await world.Target.ScalarAsync<long>(Filled) >= rows);

    private static void Settle(EveryKind world, PatroniCluster cluster, bool balanced)
    {
        // Its own, as everybody has it: a failover takes longer than that of the other tests.
        world.Folder.Environment["GODWIT_LEASE_SECONDS"] = null;
        if (balanced) world.Folder.Environment["DATABASE_URL"] = cluster.BalancedUrl(world.Target.Name);
    }

    private static async Task StrikeAsync(PatroniCluster cluster, bool planned, bool balanced)
    {
        var undisturbed = await EveryKind.UndisturbedAsync(cluster);
        await using var world = await EveryKind.MakeAsync(cluster);
        Settle(world, cluster, balanced);
        var disturbance = new Disturbance(world, new Random(1)) { EndsByItself = balanced };
        try
        {
            Assert.Equal(There.Length, await disturbance.GoAsync(back: false, There, Strike));
            await world.AssertDoneAsync(undisturbed);
            Assert.Equal(Back.Length, await disturbance.GoAsync(back: true, Back, Strike));
            await world.AssertUndoneAsync();
        }
        finally
        {
            TestContext.Current.TestOutputHelper!.WriteLine(disturbance.Story);
        }

        async Task Strike(GodwitProcess runner)
        {
            await (planned ? cluster.SwitchOverAsync(Token) : cluster.KillLeaderAsync());
            // One that goes on by itself would be at its end before there are two servers again.
            if (balanced) runner.Freeze();
            await cluster.MendAsync(Token);
            if (balanced) runner.Thaw();
        }
    }
}
