using Godwit.TestServers;

namespace Godwit.Journeys.Survival;

/// <summary>The whole campaign: every stage at least ten times, a hundred interruptions and more, placed by seeds that are printed.</summary>
[Trait("Category", "Soak")]
public sealed class SurvivalSoakTests
{
    private const int FirstSeed = 1000;
    private const int EachStage = 10, InAll = 100, MostMoves = 80, MostBlowsPerMove = 9;

    /// <summary>Blows by how often they are dealt.</summary>
    private static readonly Blow[] Urn =
    [
        .. Enumerable.Repeat(Blow.KillMover, 12), .. Enumerable.Repeat(Blow.KillServer, 5), .. Enumerable.Repeat(Blow.CutConnections, 4),
        .. Enumerable.Repeat(Blow.ControlC, 3), Blow.DripAndCut, Blow.Silence, Blow.TakeOver,
    ];

    [Fact]
    public async Task A_hundred_interruptions_end_in_the_same_verified_state()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, cancellationToken: TestContext.Current.CancellationToken);
        var campaign = new Campaign();
        var seed = FirstSeed;
        while (campaign.Hits < InAll || Enum.GetValues<Stage>().Any(s => campaign.HitsIn(s) < EachStage))
        {
            Assert.True(seed < FirstSeed + MostMoves, campaign.Figures());
            var random = new Random(seed);
            await campaign.RunAsync(server, seed, unfinished: random.Next(3) == 0, Blows(random, campaign));
            seed++;
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"seeds {FirstSeed} to {seed - 1}\n{campaign.Figures()}");
    }

    /// <summary>In the stages' order, each anything from never to three times; the stages that were hit least are never left out.</summary>
    private static List<(Place Place, Blow Blow)> Blows(Random random, Campaign campaign)
    {
        var least = Enum.GetValues<Stage>().Min(campaign.HitsIn);
        var blows = new List<(Place, Blow)>();
        foreach (var stage in Enum.GetValues<Stage>())
        {
            var times = campaign.HitsIn(stage) == least ? random.Next(1, 4) : random.Next(3);
            var places = Enumerable.Range(0, times).Select(_ => Place.Of(stage, random)).OrderBy(p => p.Done);
            blows.AddRange(places.Select(p => (p, Urn[random.Next(Urn.Length)])));
        }
        return [.. blows.Take(MostBlowsPerMove)];
    }
}
