using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Tripwires;

/// <summary>A figure leaves its bounds in the middle of a run: the run goes back by itself, and says for what.</summary>
public sealed class FiringTests(PostgresServers servers)
{
    [Theory]
    [InlineData("fill")]
    [InlineData("settle")]
    [InlineData("watch")]
    public async Task A_tripwire_that_fires_in_the_middle_of_a_step_takes_the_run_back(string step)
    {
        using var folder = await WatchedFolder.MakeAsync(servers, WatchedFolder.Errors);
        var run = folder.RunAsync("run");
        await folder.UntilAtAsync(step, run);
        await folder.SetAsync(6);
        var outcome = (await run).MustBe(6);
        Assert.Contains("tripwire errors: 6, above 5: rollback", outcome.Output + outcome.Error, StringComparison.Ordinal);
        await folder.MustBeAsBeforeAsync();
        var fired = await folder.NotesAsync("tripwire-fired");
        Assert.Contains("\"action\":\"rollback\"", fired, StringComparison.Ordinal);
        Assert.Contains("\"value\":\"6\"", fired, StringComparison.Ordinal);
        Assert.Contains("\"baseline\":\"1\"", fired, StringComparison.Ordinal);
        Assert.Contains("\"tripwire\":\"errors\"", await folder.NotesAsync("rollback-decided"), StringComparison.Ordinal);
        (await Running.GodwitHere.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url])).MustBe(0);
    }
}
