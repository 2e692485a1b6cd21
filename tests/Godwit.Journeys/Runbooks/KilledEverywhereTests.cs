using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>
/// Runners killed with SIGKILL between any two steps and inside them, over every kind of step, on the way forward and on the way back, by seeds: schema, rows,
/// files and journal end as those of a run that nobody disturbed, and every attempt at an effect outside carries the same key.
/// </summary>
public sealed class KilledEverywhereTests(PostgresServers servers)
{
    [Fact]
    public async Task A_killed_runner_of_every_kind_of_step_is_gone_on_with() =>
        await CampaignAsync(seed: 1, kills: 4, await EveryKind.UndisturbedAsync(await servers.DefaultAsync(), whole: true));

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_runner_killed_a_hundred_times_over_every_kind_of_step()
    {
        var undisturbed = await EveryKind.UndisturbedAsync(await servers.DefaultAsync(), whole: true);
        var kills = 0;
        for (var seed = 100; kills < 100; seed++) kills += await CampaignAsync(seed, kills: 10, undisturbed);
    }

    /// <returns>How often it was killed.</returns>
    private async Task<int> CampaignAsync(int seed, int kills, string undisturbed)
    {
        var random = new Random(seed);
        await using var world = await EveryKind.MakeAsync(await servers.DefaultAsync(), whole: true);
        var disturbance = new Disturbance(world, random);
        try
        {
            var done = await disturbance.GoAsync(back: false, Disturbance.Places(random, kills), r => Task.Run(r.Kill));
            await world.AssertDoneAsync(undisturbed);
            done += await disturbance.GoAsync(back: true, Disturbance.Places(random, kills), r => Task.Run(r.Kill));
            await world.AssertUndoneAsync();
            return done;
        }
        finally
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}\n{disturbance.Story}");
        }
    }
}
