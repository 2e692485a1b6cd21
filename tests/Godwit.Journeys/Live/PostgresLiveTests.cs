using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>A schema of PostgreSQL that is written to all along goes to another database, or to another schema of its own, back, and there again; nothing of Godwit's stays at the old side.</summary>
public sealed class PostgresLiveTests(PostgresServers servers)
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Writers_are_taken_there_and_back_and_there_again_and_nothing_is_lost(bool oneDatabase)
    {
        using var live = await PostgresLiveFolder.PrepareAsync(servers, oneDatabase);
        var folder = live.Folder;
        var before = await live.SchemaAsync();
        await using var bank = live.Writers();
        bank.Open(3);
        await bank.MoreAsync(50);
        (await folder.RunAsync("run")).MustBe(0);
        await bank.MoreAsync(50);
        Assert.Contains("new postgres", (await folder.RunAsync("endpoint")).MustBe(0).Output, StringComparison.Ordinal);
        (await folder.RunAsync("rollback", "--to", "backfill")).MustBe(6);
        await bank.MoreAsync(50);
        var endpoint = (await folder.RunAsync("endpoint")).MustBe(0).Output;
        Assert.Contains("old postgres", endpoint, StringComparison.Ordinal);
        Assert.Contains("schema bank", endpoint, StringComparison.Ordinal);
        Assert.DoesNotContain(live.Source.Server.Password, endpoint, StringComparison.Ordinal);
        (await folder.RunAsync("resume")).MustBe(0);
        await bank.MoreAsync(50);
        (await folder.RunAsync("finish", "--early", "the test is over")).MustBe(0);
        await bank.MoreAsync(50);
        await bank.CloseAsync();
        Assert.Equal(before, await live.SchemaAsync());
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT (SELECT count(*) FROM pg_proc WHERE pronamespace = 'godwit'::regnamespace AND proname ~ '^(record|refuse)_[0-9a-f]{8}_') + (SELECT count(*) FROM pg_class WHERE relnamespace = 'godwit'::regnamespace AND (relname ~ '^changes_[0-9a-f]{8}_' OR relname = 'live_sources'))"));
        bank.MustHold(await live.ReceiptsAsync(), await live.TotalAsync());
        Assert.True(bank.Refused > 0);
    }

    [Fact]
    [Trait("Hazard", "10")]
    public async Task Writers_who_come_through_PgBouncer_in_transaction_mode_are_recorded_and_refused_like_any_other()
    {
        using var live = await PostgresLiveFolder.PrepareAsync(servers, oneDatabase: false, schema: "public");
        await using var pooler = await PgBouncer.StartAsync(live.Source, "transaction", TestContext.Current.CancellationToken);
        await using var bank = new Bank(() => PostgresBankSide.OpenAsync(live.Source, pooler), () => PostgresBankSide.OpenAsync(live.Folder.Target, live.To)) { Follows = true };
        bank.Open(3);
        await bank.MoreAsync(50);
        (await live.Folder.RunAsync("run")).MustBe(0);
        await bank.MoreAsync(50);
        (await live.Folder.RunAsync("rollback", "--to", "backfill")).MustBe(6);
        await bank.MoreAsync(50);
        await bank.CloseAsync();
        bank.MustHold(await live.ReceiptsAtOldAsync(), await live.Source.ScalarAsync<long>("SELECT sum(balance)::bigint FROM accounts"));
    }
}
