using Godwit.TestServers;

namespace Godwit.Journeys.Survival;

/// <summary>kill -9 of the mover at every stage, resumed until it is done.</summary>
public sealed class MoverKillTests(PostgresServers servers)
{
    [Fact]
    public async Task A_mover_killed_once_in_every_stage_ends_verified()
    {
        await using var expedition = await Expedition.BeginAsync(await servers.DefaultAsync(), seed: 1);
        var random = new Random(1);
        var hits = 0;
        foreach (var stage in Enum.GetValues<Stage>())
        {
            await using var mover = await expedition.GoOnAsync();
            var place = Place.Of(stage, random);
            if (!await expedition.Watch.FreezeAtAsync(mover, place)) { expedition.Tell($"missed {place}"); break; }
            var seen = await expedition.Watch.LookAsync(mover);
            await mover.KillAsync();
            expedition.Tell($"{place}: killed at {seen.Stage}+{seen.Done}");
            hits++;
        }
        TestContext.Current.TestOutputHelper?.WriteLine(expedition.Story);
        await expedition.FinishAsync();
        Assert.True(hits >= 5, expedition.Story);
    }
}
