using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>A runbook moves a database that is written to all along, takes its writers to the new side, back, and there again, and ends with nothing of its own left on either side.</summary>
public sealed class LiveRunbookTests(PostgresServers servers)
{
    [Fact]
    public async Task Writers_are_taken_there_and_back_and_there_again_and_nothing_is_lost()
    {
        using var folder = await LiveFolder.PrepareAsync(servers);
        var before = LiveFolder.Schema(folder);
        await using var bank = new Bank(folder.In("bank.sqlite"), folder.Target) { Follows = true };
        bank.Open(3);
        await bank.MoreAsync(50);
        (await folder.RunAsync("run")).MustBe(0);
        await bank.MoreAsync(50);
        (await folder.RunAsync("rollback", "--to", "backfill")).MustBe(6);
        await bank.MoreAsync(50);
        (await folder.RunAsync("resume")).MustBe(0);
        await bank.MoreAsync(50);
        (await folder.RunAsync("finish", "--early", "the test is over")).MustBe(0);
        await bank.MoreAsync(50);
        await bank.CloseAsync();
        Assert.Equal(before, LiveFolder.Schema(folder));
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN ('accounts'::regclass, 'receipts'::regclass)"));
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT (SELECT count(*) FROM pg_proc WHERE pronamespace = 'godwit'::regnamespace AND proname ~ '^(record|refuse)_[0-9a-f]{8}_') + (SELECT count(*) FROM pg_class WHERE relnamespace = 'godwit'::regnamespace AND relname ~ '^changes_[0-9a-f]{8}_')"));
        bank.MustHold(await LiveFolder.TextsAsync(folder, "SELECT id FROM receipts"), await folder.Target.ScalarAsync<long>("SELECT sum(balance)::bigint FROM accounts"));
        Assert.True(bank.Refused > 0);
    }
}
