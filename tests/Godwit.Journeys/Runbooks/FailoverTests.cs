using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>The target's server is lost for good in the middle of a backfill and its standby takes over: data and progress agree there, and the run goes on.</summary>
public sealed class FailoverTests
{
    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_synchronous_standby_has_every_batch_that_was_acknowledged()
    {
        var (acknowledged, found) = await FailOverAsync(synchronous: true);
        Assert.InRange(found, acknowledged, 2000);
    }

    [Fact]
    public async Task An_asynchronous_standby_that_is_behind_does_the_lost_batches_again()
    {
        var (acknowledged, found) = await FailOverAsync(synchronous: false);
        Assert.InRange(found, 0, acknowledged - 1);
    }

    /// <summary>Behind an address that stays the runner's next connection is to the new server: what that lacks is noticed, and by a resume too.</summary>
    [Fact]
    public async Task An_asynchronous_standby_that_lacks_entries_of_the_journal_stops_the_run()
    {
        var token = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, settings: new Dictionary<string, string>(StandbyServer.PrimarySettings, StringComparer.Ordinal), cancellationToken: token);
        await using var standby = await StandbyServer.FollowAsync(server, token);
        var undisturbed = await EveryKind.UndisturbedAsync(server);
        await using var world = await EveryKind.MakeAsync(server);
        await using var address = CuttingProxy.Before("127.0.0.1", () => server.Port);
        world.Folder.Environment["DATABASE_URL"] = $"postgres://godwit@127.0.0.1:{address.Port}/{world.Target.Name}";
        world.Folder.Environment["PGPASSWORD"] = server.Password;
        await using var watch = new RunWatch(world.Target);
        using (var runner = world.Folder.Start("run"))
        {
            Assert.True(await watch.ReachAsync(4, 0, back: false, () => runner.HasExited));
            standby.Stream.Silent = true;
            Assert.True(await watch.ReachAsync(9, 0, back: false, () => runner.HasExited));
            runner.Freeze();
            await watch.DisposeAsync();
            standby.Stream.RefuseNew = true;
            standby.Stream.Cut();
            await server.FailOverAsync(standby, token);
            address.Cut();
            runner.Thaw();
            Assert.Contains("GW1790", (await runner.WaitAsync()).MustBe(5).Output, StringComparison.Ordinal);
        }
        Assert.Contains("--accept-rewind", (await world.Folder.RunAsync("resume")).MustBe(5).Output, StringComparison.Ordinal);
        (await world.Folder.RunAsync("resume", "--accept-rewind", "the standby was behind")).MustBe(0);
        await world.AssertDoneAsync(undisturbed);
    }

    /// <returns>The rows of the backfill that the old server had answered for, and those that the new one has.</returns>
    private static async Task<(long Acknowledged, long Found)> FailOverAsync(bool synchronous)
    {
        var token = TestContext.Current.CancellationToken;
        var settings = new Dictionary<string, string>(StandbyServer.PrimarySettings, StringComparer.Ordinal) { ["synchronous_standby_names"] = synchronous ? "standby" : "" };
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, settings: new Dictionary<string, string>(StandbyServer.PrimarySettings, StringComparer.Ordinal), cancellationToken: token);
        await using var standby = await StandbyServer.FollowAsync(server, token);
        var undisturbed = await EveryKind.UndisturbedAsync(server);
        await using var world = await EveryKind.MakeAsync(server);
        foreach (var (name, value) in settings) await world.Target.ExecuteAsync($"ALTER SYSTEM SET {name} = '{value}'", superuser: true);
        await world.Target.ExecuteAsync("SELECT pg_reload_conf()", superuser: true);
        await Patience.UntilAsync(async () => await world.Target.ScalarAsync<string>("SELECT current_setting('synchronous_standby_names')") == settings["synchronous_standby_names"]);
        // As a person would name two servers of which one takes writes.
        world.Folder.Environment["DATABASE_URL"] = $"postgres://godwit@127.0.0.1:{server.Port},127.0.0.1:{standby.Port}/{world.Target.Name}?target_session_attrs=read-write";
        world.Folder.Environment["PGPASSWORD"] = server.Password;

        long acknowledged;
        await using var watch = new RunWatch(world.Target);
        using (var runner = world.Folder.Start("run"))
        {
            Assert.True(await watch.ReachAsync(7, 8, back: false, () => runner.HasExited));
            await DoneAsync(world, 200);
            // From here on the standby hears nothing.
            if (!synchronous) standby.Stream.Silent = true;
            await DoneAsync(world, 1000);
            runner.Freeze();
            acknowledged = await FilledAsync(world);
            await watch.DisposeAsync();
            standby.Stream.RefuseNew = true;
            standby.Stream.Cut();
            await server.FailOverAsync(standby, token);
            runner.Thaw();
            (await runner.WaitAsync()).MustBe(4);
        }
        var found = await FilledAsync(world);
        // Progress and data are one: what the rows say is done, is.
        Assert.Equal(found, await world.Target.ScalarAsync<long>("SELECT count(lower) FROM public.people"));
        (await world.Folder.RunAsync("resume")).MustBe(0);
        await world.AssertDoneAsync(undisturbed);
        return (acknowledged, found);
    }

    private static Task DoneAsync(EveryKind world, long rows) => Patience.UntilAsync(async () => await FilledAsync(world) >= rows);

    private static Task<long> FilledAsync(EveryKind world) => world.Target.ScalarAsync<long>("SELECT done FROM godwit.steps WHERE id = 'fill'");
}
