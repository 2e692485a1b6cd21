using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Tripwires;

/// <summary>What fired is on record: whoever goes on goes back; whoever was replaced does nothing.</summary>
public sealed class SurvivalTests(PostgresServers servers)
{
    [Theory]
    [InlineData("SELECT EXISTS (SELECT FROM godwit.tripwires WHERE fired_at IS NOT NULL)", Traits = ["Category", "Soak"])]
    [InlineData("SELECT rolling_back FROM godwit.runs")]
    [InlineData("SELECT EXISTS (SELECT FROM godwit.steps WHERE state = 'Undoing' OR state = 'Undone')", Traits = ["Category", "Soak"])]
    public async Task Killed_right_after_it_fired_the_run_goes_on_going_back(string moment)
    {
        using var folder = await WatchedFolder.MakeAsync(servers, WatchedFolder.Errors);
        using (var first = folder.Start("run"))
        {
            await folder.UntilAtAsync("watch", first.WaitAsync());
            await folder.SetAsync(6);
            await Patience.UntilAsync(() => folder.Target.ScalarAsync<bool>(moment), first.WaitAsync());
            first.Kill();
        }
        // The figure is fine again: what fired has fired.
        await folder.SetAsync(1);
        (await folder.RunAsync("resume")).MustBe(6);
        await folder.MustBeAsBeforeAsync();
    }

    [Fact]
    public async Task A_runner_that_was_replaced_does_not_act_on_its_tripwires()
    {
        using var folder = await WatchedFolder.MakeAsync(servers, WatchedFolder.Errors);
        folder.Environment["GODWIT_LEASE_SECONDS"] = "2";
        using var first = folder.Start("run");
        await folder.UntilAtAsync("fill", first.WaitAsync());
        first.Freeze();
        using (var second = folder.Start("resume")) (await second.WaitAsync()).MustBe(0);
        await folder.SetAsync(6);
        first.Thaw();
        (await first.WaitAsync()).MustBe(4);
        Assert.Equal("", await folder.NotesAsync("tripwire-fired"));
        Assert.Equal("Finished", await folder.Target.ScalarAsync<string>("SELECT state FROM godwit.runs"));
    }
}
