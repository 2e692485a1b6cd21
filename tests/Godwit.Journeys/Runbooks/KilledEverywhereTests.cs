using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>
/// Runners killed with SIGKILL between any two steps and inside them, over every kind of step, on the way forward and on the way back, by seeds: schema, rows,
/// files and journal end as those of a run that nobody disturbed, and every attempt at an effect outside carries the same key.
/// </summary>
public sealed class KilledEverywhereTests(PostgresServers servers)
{
    [Fact]
    public async Task A_killed_runner_of_every_kind_of_step_is_gone_on_with()
    {
        var undisturbed = await UndisturbedAsync();
        await CampaignAsync(seed: 1, kills: 4, undisturbed);
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_runner_killed_a_hundred_times_over_every_kind_of_step()
    {
        var undisturbed = await UndisturbedAsync();
        var kills = 0;
        for (var seed = 100; kills < 100; seed++) kills += await CampaignAsync(seed, kills: 10, undisturbed);
    }

    private async Task<string> UndisturbedAsync()
    {
        await using var world = await EveryKind.MakeAsync(await servers.DefaultAsync());
        (await world.Folder.RunAsync("run")).MustBe(0);
        world.AssertOneKeyEach(back: false);
        return await world.StateAsync();
    }

    /// <returns>How often it was killed.</returns>
    private async Task<int> CampaignAsync(int seed, int kills, string undisturbed)
    {
        var random = new Random(seed);
        await using var world = await EveryKind.MakeAsync(await servers.DefaultAsync());
        var story = new List<string> { $"seed {seed}" };
        try
        {
            var done = await DisturbAsync(world, random, kills, back: false, story);
            Assert.Equal(undisturbed, await world.StateAsync());
            world.AssertOneKeyEach(back: false);
            await world.AssertNothingLeftOverAsync();
            done += await DisturbAsync(world, random, kills, back: true, story);
            Assert.Equal(0, await world.Target.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"));
            Assert.Equal("blue 100 green 0\n", await File.ReadAllTextAsync(world.Folder.In("weights.conf"), TestContext.Current.CancellationToken));
            Assert.False(File.Exists(world.Folder.In("closed")));
            world.AssertOneKeyEach(back: true);
            await world.AssertNothingLeftOverAsync();
            (await GodwitHere.RunAsync(world.Folder.Path, world.Folder.Environment, ["journal", "verify", "--to", world.Target.Url])).MustBe(0);
            return done;
        }
        finally
        {
            TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', story));
        }
    }

    /// <summary>Kills the runner at places that rise, then lets it come to its end.</summary>
    private static async Task<int> DisturbAsync(EveryKind world, Random random, int kills, bool back, List<string> story)
    {
        var places = Enumerable.Range(0, kills).Select(_ => (Steps: random.Next(EveryKind.Steps.Count), Changes: random.Next(8))).Order().ToList();
        await using var watch = new RunWatch(world.Target);
        var done = 0;
        var unknown = false;
        for (var i = 0; ; i++)
        {
            var command = back ? (i == 0 || random.Next(2) == 0 ? "rollback" : "resume") : await watch.HasRunAsync() ? "resume" : "run";
            using var runner = unknown ? world.Folder.Start("resume", "--unknown", "again") : world.Folder.Start(command);
            if (i < places.Count && await watch.ReachAsync(places[i].Steps, places[i].Changes, back, () => runner.HasExited))
            {
                runner.Kill();
                done++;
                unknown = false;
                story.Add($"killed at {places[i]}: {watch.Last}");
                continue;
            }
            var outcome = await runner.WaitAsync();
            // The one that nobody can tell: a statement outside a transaction, which bears to be done again.
            unknown = outcome.ExitCode == 5 && outcome.Output.Contains("its end was not seen", StringComparison.Ordinal);
            if (unknown) continue;
            // Killed right after its end, it has nothing left to do.
            if (outcome.ExitCode == 1 && (outcome.Output.Contains("is finished", StringComparison.Ordinal) || outcome.Output.Contains("is rolled-back", StringComparison.Ordinal))) return done;
            outcome.MustBe(back ? 6 : 0);
            return done;
        }
    }
}
