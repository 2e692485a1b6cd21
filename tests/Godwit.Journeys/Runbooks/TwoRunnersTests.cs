using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>A runner is stopped for longer than its lease, another takes over and finishes, and the first wakes up: it changes nothing, and says why it ends.</summary>
public sealed class TwoRunnersTests(PostgresServers servers)
{
    [Theory]
    [InlineData(4, 0)]
    [InlineData(7, 25)]
    public async Task A_runner_that_wakes_up_after_another_has_finished_changes_nothing(int steps, int changes)
    {
        await using var world = await EveryKind.MakeAsync(await servers.DefaultAsync());
        world.Folder.Environment["GODWIT_LEASE_SECONDS"] = "2";
        await using var watch = new RunWatch(world.Target);
        using var first = world.Folder.Start("run");
        Assert.True(await watch.ReachAsync(steps, changes, back: false, () => first.HasExited));
        first.Freeze();
        // The second one is a process of its own: it waits for the lease.
        using var second = world.Folder.Start("resume");
        (await second.WaitAsync()).MustBe(0);
        var after = await StateAsync(world);
        first.Thaw();
        var outcome = (await first.WaitAsync()).MustBe(4);
        Assert.Contains("another runner has taken this run over", outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.Equal(after, await StateAsync(world));
    }

    [Fact]
    public async Task A_statement_outside_a_transaction_is_not_carried_out_by_a_runner_that_was_replaced()
    {
        var server = await servers.DefaultAsync();
        using var folder = (await RunbookFolder.PrepareAsync(server)).Runbook("  expand:\n    steps:\n      - {id: table, sql: table.sql}\n      - {id: outside, sql: {up: outside.sql, transaction: false}}\n")
            .Sql("table.sql", "CREATE TABLE log (step text); SELECT pg_sleep(2);", "DROP TABLE log").Sql("outside.sql", "INSERT INTO log VALUES ('outside')", "DELETE FROM log");
        folder.Environment["GODWIT_LEASE_SECONDS"] = "2";
        folder.Environment["PGPASSWORD"] = server.Password;
        await using var proxy = CuttingProxy.Before("127.0.0.1", server.Port);
        var direct = folder.Environment["DATABASE_URL"];
        folder.Environment["DATABASE_URL"] = direct!.Replace($":{server.Port}/", $":{proxy.Port}/", StringComparison.Ordinal);
        using var first = folder.Start("run");
        await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'SELECT pg_sleep%' AND state = 'active')"), first.WaitAsync());
        // It will not have opened the session for the statement when its beginning is seen on record.
        proxy.HoldNew = true;
        await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM godwit.steps WHERE id = 'outside' AND progress LIKE '%\"Begun\":0%')"), first.WaitAsync());
        first.Freeze();
        folder.Environment["DATABASE_URL"] = direct;
        using (var second = folder.Start("resume")) (await second.WaitAsync()).MustBe(5);
        (await folder.RunAsync("resume", "--unknown", "again")).MustBe(0);
        proxy.HoldNew = false;
        first.Thaw();
        var outcome = (await first.WaitAsync()).MustBe(4);
        Assert.Contains("another runner has taken this run over", outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM public.log"));
    }

    /// <summary>Everything that a runner writes, in one text.</summary>
    private static async Task<string> StateAsync(EveryKind world) => string.Join(
        ' ',
        await world.Target.ScalarAsync<string>("""
            SELECT concat_ws(' ',
                (SELECT md5(string_agg(r::text, ' ')) FROM godwit.runs r), (SELECT md5(string_agg(s::text, ' ' ORDER BY ordinal)) FROM godwit.steps s),
                (SELECT md5(string_agg(j::text, ' ' ORDER BY sequence)) FROM godwit.journal j), (SELECT count(*) FROM godwit.leases),
                (SELECT md5(string_agg(p::text, ' ' ORDER BY id)) FROM public.people p), (SELECT md5(string_agg(k::text, ' ' ORDER BY person)) FROM public.keys k),
                (SELECT string_agg(step, ' ') FROM public.log), (SELECT string_agg(oid::text || relname || relfilenode, ' ' ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace))
            """),
        world.Service.Requests.Count, await File.ReadAllTextAsync(world.Folder.In("notes"), TestContext.Current.CancellationToken));
}
