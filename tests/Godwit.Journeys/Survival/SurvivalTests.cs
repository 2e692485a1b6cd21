using Godwit.TestServers;

namespace Godwit.Journeys.Survival;

/// <summary>A seeded dozen of the campaign's interruptions, for every run of the tests.</summary>
public sealed class SurvivalTests(PostgresServers servers)
{
    [Fact]
    public async Task A_mover_killed_in_every_stage_ends_verified()
    {
        var campaign = new Campaign();
        var random = new Random(1);
        await campaign.RunAsync(await servers.DefaultAsync(), seed: 1, unfinished: true, Enum.GetValues<Stage>().Select(s => (Place.Of(s, random), Blow.KillMover)));
        Assert.True(campaign.Hits >= 5, campaign.Figures());
    }

    [Fact]
    public async Task A_server_killed_under_a_move_and_a_network_cut_end_verified()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, cancellationToken: TestContext.Current.CancellationToken);
        var campaign = new Campaign();
        await campaign.RunAsync(server, seed: 2, unfinished: false,
        [
            (new Place(Stage.Prepare, 4), Blow.CutConnections),
            (new Place(Stage.Copy, 5), Blow.KillServer),
            (new Place(Stage.Copy, 17), Blow.DripAndCut),
            (new Place(Stage.Index, 9), Blow.KillServer),
            (new Place(Stage.Verify, 1), Blow.CutConnections),
        ]);
        Assert.Equal(5, campaign.Hits);
    }

    [Fact]
    public async Task Control_C_and_a_network_that_says_nothing_any_more_end_a_mover_and_not_the_move()
    {
        var hits = 0;
        // A mover that hears late on a busy machine that it is to end may be done before it hears: then another one is told.
        for (var seed = 3; hits < 3 && seed < 10; seed++)
        {
            var campaign = new Campaign();
            await campaign.RunAsync(await servers.DefaultAsync(), seed, unfinished: false,
            [
                (new Place(Stage.Copy, 3), Blow.ControlC),
                (new Place(Stage.Copy, 12), Blow.Silence),
                (new Place(Stage.Index, 5), Blow.ControlC),
            ]);
            hits = campaign.Hits;
        }
        Assert.Equal(3, hits);
    }

    [Theory]
    [InlineData(nameof(Stage.Copy), 8)]
    [InlineData(nameof(Stage.Verify), 1, Traits = ["Category", "Soak"])]
    [InlineData(nameof(Stage.Certify), 0, Traits = ["Category", "Soak"])]
    [InlineData(nameof(Stage.Certify), 1)]
    public async Task A_mover_that_wakes_up_after_its_lease_changes_nothing_and_says_so(string stage, int done)
    {
        var campaign = new Campaign();
        // Between the certificate and the last commit is less than a millisecond: some movers are past it before they can be stopped.
        for (var seed = 4; campaign.Hits == 0 && seed < 20; seed++)
            await campaign.RunAsync(await servers.DefaultAsync(), seed, unfinished: false, [(new Place(Enum.Parse<Stage>(stage), done), Blow.TakeOver)]);
        Assert.Equal(1, campaign.Hits);
    }
}
