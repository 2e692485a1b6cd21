using Godwit.Engine.Live;
using Godwit.Journeys.Runbooks;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>The old side is another server than the one that was read, or the runner another than the one that read it.</summary>
public sealed class LostSourceTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The new side has what the old one's standby never heard of: nobody is taken anywhere until a person has said which of them is right.</summary>
    [Fact]
    [Trait("Hazard", "4")]
    public async Task A_standby_of_the_old_side_that_lacks_what_was_carried_is_not_gone_on_with()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, settings: new Dictionary<string, string>(StandbyServer.PrimarySettings, StringComparer.Ordinal), cancellationToken: Token);
        await using var standby = await StandbyServer.FollowAsync(server, Token);
        using var live = await PostgresLiveFolder.PrepareAsync(await RunbookFolder.PrepareAsync(servers), await server.CreateDatabaseAsync(Token), held: true);
        await using var address = CuttingProxy.Before("127.0.0.1", () => server.Port);
        live.Folder.Environment["OLD_URL"] = live.Source.Url.Replace("@", $":{server.Password}@", StringComparison.Ordinal).Replace($":{server.Port}/", $":{address.Port}/", StringComparison.Ordinal);
        using var runner = live.Folder.Start("run");
        await live.HeldAsync(runner);
        standby.Stream.Silent = true;
        await live.Source.ExecuteAsync("INSERT INTO bank.receipts VALUES ('only here', 1, 2)");
        await Patience.UntilAsync(async () => runner.HasExited || await live.Folder.Target.ScalarAsync<long>($"SELECT count(*) FROM {live.To}.receipts WHERE id = 'only here'") == 1);
        standby.Stream.RefuseNew = true;
        standby.Stream.Cut();
        await server.FailOverAsync(standby, Token);
        address.Cut();
        await live.GoOnAsync();
        var outcome = (await runner.WaitAsync()).MustBe(5);
        Assert.Contains("GW1901", outcome.Output + outcome.Error, StringComparison.Ordinal);
        var again = (await live.Folder.RunAsync("resume")).MustBe(5);
        Assert.Contains("GW1901", again.Output + again.Error, StringComparison.Ordinal);
        // The old side, such as it is, takes writes, and the new one none.
        await live.Source.ExecuteAsync("INSERT INTO bank.receipts VALUES ('afterwards', 1, 2)");
        Assert.Equal("old", await live.Folder.Target.ScalarAsync<string>("SELECT lower(side) FROM godwit.live_moves"));
        Assert.Equal(0, await live.Folder.Target.ScalarAsync<long>($"SELECT count(*) FROM {live.To}.receipts WHERE id = 'afterwards'"));
    }

    [Fact]
    [Trait("Hazard", "2")]
    public async Task A_runner_that_was_stopped_before_the_cut_over_changes_neither_side_when_it_wakes_up()
    {
        using var live = await PostgresLiveFolder.PrepareAsync(await RunbookFolder.PrepareAsync(servers), await (await servers.DefaultAsync()).CreateDatabaseAsync(Token), held: true);
        live.Folder.Environment["GODWIT_LEASE_SECONDS"] = "2";
        await using var bank = live.Writers();
        bank.Open(2);
        using var first = live.Folder.Start("run");
        await live.HeldAsync(first);
        await bank.MoreAsync(20);
        first.Freeze();
        await live.GoOnAsync();
        using (var second = live.Folder.Start("resume")) (await second.WaitAsync()).MustBe(0);
        await bank.MoreAsync(20);
        Assert.Equal(LiveSide.New, bank.Endpoint);
        first.Thaw();
        var outcome = (await first.WaitAsync()).MustBe(4);
        Assert.Contains("another runner has taken this run over", outcome.Output + outcome.Error, StringComparison.Ordinal);
        await bank.MoreAsync(20);
        // And back, by one that was stopped no less.
        (await live.Folder.RunAsync("rollback", "--to", "backfill")).MustBe(6);
        await bank.MoreAsync(20);
        await bank.CloseAsync();
        bank.MustHold(await live.ReceiptsAtOldAsync(), await live.Source.ScalarAsync<long>("SELECT sum(balance)::bigint FROM bank.accounts"));
    }
}
