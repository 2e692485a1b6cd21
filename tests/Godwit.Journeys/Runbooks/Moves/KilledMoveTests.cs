using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Moves;

/// <summary>Runners of a move killed at moments that a seed chooses, on the way forward and on the way back: every run ends as one that nobody disturbed.</summary>
public sealed class KilledMoveTests(PostgresServers servers)
{
    /// <summary>Milliseconds in which an undisturbed runner is through, or nearly.</summary>
    private const int Longest = 3000;

    [Fact]
    public Task A_killed_move_is_gone_on_with() => CampaignAsync(seed: 1, kills: 5);

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_move_killed_a_hundred_times()
    {
        for (var seed = 100; seed < 110; seed++) await CampaignAsync(seed, kills: 10);
    }

    private async Task CampaignAsync(int seed, int kills)
    {
        var random = new Random(seed);
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        using var folder = await MoveFolder.LibraryAsync(servers);
        await RandomKills.RunAsync(folder, random, kills, first: "run", then: "resume", end: 0, Longest);
        await folder.AssertLibraryAsync();
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.runs WHERE kind = 'move'"));
        await RandomKills.RunAsync(folder, random, kills, first: "rollback", then: "rollback", end: 6, Longest / 2);
        await folder.AssertEmptyAsync();
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url])).MustBe(0);
    }
}
