using Godwit.Journeys.Runbooks;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>A schema goes from one PostgreSQL server to another while it is written to, whatever becomes of the old one meanwhile.</summary>
public sealed class TwoServersTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writers_are_taken_to_another_server_and_back_and_there_again()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: Token);
        using var live = await PostgresLiveFolder.PrepareAsync(await RunbookFolder.PrepareAsync(servers), await server.CreateDatabaseAsync(Token));
        var before = await live.SchemaAsync();
        await using var bank = live.Writers();
        bank.Open(3);
        await bank.MoreAsync(50);
        (await live.Folder.RunAsync("run")).MustBe(0);
        await bank.MoreAsync(50);
        (await live.Folder.RunAsync("rollback", "--to", "backfill")).MustBe(6);
        await bank.MoreAsync(50);
        (await live.Folder.RunAsync("resume")).MustBe(0);
        await bank.MoreAsync(50);
        (await live.Folder.RunAsync("finish", "--early", "the test is over")).MustBe(0);
        await bank.MoreAsync(50);
        await bank.CloseAsync();
        Assert.Equal(before, await live.SchemaAsync());
        bank.MustHold(await live.ReceiptsAsync(), await live.TotalAsync());
    }

    /// <summary>Before the cut-over, and on the way back: the old server is killed, comes up again, and nothing that it had acknowledged is missing at the side where writers end.</summary>
    [Fact]
    public async Task An_old_server_that_is_killed_and_comes_back_has_lost_nothing()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, cancellationToken: Token);
        using var live = await PostgresLiveFolder.PrepareAsync(await RunbookFolder.PrepareAsync(servers), await server.CreateDatabaseAsync(Token), held: true);
        await using var bank = new Bank(() => PostgresBankSide.OpenAsync(live.Source, live.From), () => PostgresBankSide.OpenAsync(live.Folder.Target, live.To)) { Follows = true, IsPatient = true };
        bank.Open(3);
        await bank.MoreAsync(50);
        using var runner = live.Folder.Start("run");
        await live.HeldAsync(runner);
        await bank.MoreAsync(50);
        await server.KillAsync(Token);
        await server.StartAsync(Token);
        await bank.MoreAsync(50);
        await live.GoOnAsync();
        var outcome = await runner.WaitAsync();
        if (outcome.ExitCode != 0) (await live.Folder.RunAsync("resume")).MustBe(0);
        await bank.MoreAsync(50);
        Assert.Equal(Godwit.Engine.Live.LiveSide.New, bank.Endpoint);
        await server.KillAsync(Token);
        await bank.MoreAsync(50);
        await server.StartAsync(Token);
        (await live.Folder.RunAsync("rollback", "--to", "backfill")).MustBe(6);
        await bank.MoreAsync(50);
        await bank.CloseAsync();
        bank.MustHold(await live.ReceiptsAtOldAsync(), await live.Source.ScalarAsync<long>("SELECT sum(balance)::bigint FROM bank.accounts"));
    }
}
