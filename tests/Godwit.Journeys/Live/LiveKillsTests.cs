using Godwit.Journeys.Runbooks;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>Runners of a live move killed at moments that a seed chooses, while writers write: wherever that was, one side is written to, and what was acknowledged is there.</summary>
public sealed class LiveKillsTests(PostgresServers servers)
{
    /// <summary>Milliseconds in which an undisturbed runner is through, or nearly.</summary>
    private const int Longest = 6000;

    [Fact]
    [Trait("Hazard", "1")]
    public async Task A_killed_runner_loses_no_write() => Assert.True(await CampaignAsync(seed: 1, kills: 3) > 0);

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_runner_killed_a_hundred_times_loses_no_write()
    {
        const int First = 100, Campaigns = 30;
        var killed = 0;
        for (var seed = First; killed < 100; seed++)
        {
            Assert.True(seed < First + Campaigns, $"{killed} runners were killed in {Campaigns} campaigns: they end before their time");
            killed += await CampaignAsync(seed, kills: 5);
        }
    }

    [Fact]
    [Trait("Hazard", "1")]
    public async Task A_killed_runner_loses_no_write_of_a_PostgreSQL_source()
    {
        var random = new Random(2);
        using var live = await PostgresLiveFolder.PrepareAsync(servers, oneDatabase: false);
        await using var bank = live.Writers();
        _ = await CampaignAsync(live.Folder, bank, random, kills: 3);
        bank.MustHold(await live.ReceiptsAsync(), await live.TotalAsync());
    }

    /// <returns>How many runners were killed.</returns>
    private async Task<int> CampaignAsync(int seed, int kills)
    {
        var random = new Random(seed);
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        using var folder = await LiveFolder.PrepareAsync(servers);
        await using var bank = new Bank(folder.In("bank.sqlite"), folder.Target) { Follows = true };
        var killed = await CampaignAsync(folder, bank, random, kills);
        bank.MustHold(await LiveFolder.TextsAsync(folder, "SELECT id FROM receipts"), await folder.Target.ScalarAsync<long>("SELECT sum(balance)::bigint FROM accounts"));
        return killed;
    }

    private static async Task<int> CampaignAsync(RunbookFolder folder, Bank bank, Random random, int kills)
    {
        bank.Open(2);
        await bank.MoreAsync(20);
        var killed = await RandomKills.RunAsync(folder, random, kills, first: "run", then: "resume", end: 0, Longest);
        await bank.MoreAsync(20);
        Assert.Equal(Godwit.Engine.Live.LiveSide.New, bank.Endpoint);
        killed += await RandomKills.RunAsync(folder, random, kills, first: "rollback", then: "rollback", end: 6, Longest / 2);
        await bank.MoreAsync(20);
        Assert.Equal(Godwit.Engine.Live.LiveSide.Old, bank.Endpoint);
        // There again, after it was all taken back.
        (await folder.RunAsync("run")).MustBe(0);
        await bank.MoreAsync(20);
        await bank.CloseAsync();
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url])).MustBe(0);
        return killed;
    }
}
