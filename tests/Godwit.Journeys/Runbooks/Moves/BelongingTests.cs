using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Moves;

/// <summary>A move of a runbook's run belongs to that run: commands about moves of their own leave it alone and say whose it is.</summary>
public sealed class BelongingTests(PostgresServers servers)
{
    [Fact]
    public async Task Commands_about_moves_of_their_own_leave_it_alone()
    {
        using var folder = await MoveFolder.LibraryAsync(servers);
        using (var runner = await folder.StartIntoCopyAsync("run")) runner.Kill();
        var (from, to) = (folder.In("legacy.sqlite"), folder.Target.Url);
        var done = await folder.RangesAsync(done: true);
        foreach (var arguments in new string[][] { ["resume", "--to", to, "--schema", "app"], ["abort", "--to", to, "--schema", "app"], ["move", "--from", from, "--to", to, "--schema", "app"] })
        {
            var outcome = (await GodwitProcess.RunAsync(folder.Path, folder.Environment, [.. arguments, "--json"])).MustBe(1);
            Assert.Contains("GW1782", outcome.Codes);
        }
        Assert.Equal(done, await folder.RangesAsync(done: true));
        (await folder.RunAsync("uninstall", "--export", folder.In("godwit.jsonl"))).MustBe(1);
        (await folder.RunAsync("resume")).MustBe(0);
        await folder.AssertLibraryAsync();
        (await folder.RunAsync("uninstall", "--export", folder.In("godwit.jsonl"))).MustBe(0);
    }

    [Fact]
    public async Task Once_its_run_is_given_up_it_is_a_move_of_its_own()
    {
        using var folder = await MoveFolder.LibraryAsync(servers);
        using (var runner = await folder.StartIntoCopyAsync("run")) runner.Kill();
        (await folder.RunAsync("abort")).MustBe(0);
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["abort", "--to", folder.Target.Url, "--schema", "app"])).MustBe(0);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'app'"));
    }

    [Fact]
    public async Task A_move_of_its_own_that_is_under_way_keeps_a_step_out()
    {
        using var folder = await MoveFolder.LibraryAsync(servers);
        using (var mover = GodwitProcess.Start(folder.Path, folder.Environment, ["move", "--from", folder.In("legacy.sqlite"), "--to", folder.Target.Url, "--schema", "app", "--range-rows", "100", "--jobs", "1"]))
        {
            while (!await folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.ranges') IS NOT NULL") || await folder.RangesAsync(done: true) < 5)
                await Task.Delay(1, TestContext.Current.CancellationToken);
            mover.Kill();
        }
        var paused = await folder.JsonAsync(5, "run");
        Assert.Equal("GW1309", paused.GetProperty("findings")[0].GetProperty("code").GetString());
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["abort", "--to", folder.Target.Url, "--schema", "app"])).MustBe(0);
        (await folder.RunAsync("resume")).MustBe(0);
        await folder.AssertLibraryAsync();
    }
}
