using Godwit.Engine.Moves;
using Godwit.Postgres.Runs;
using Godwit.TestServers;
using Npgsql;
using static Godwit.Postgres.Tests.Runs.RunTarget;

namespace Godwit.Postgres.Tests.Runs;

public sealed class LeaseTests(PostgresServers servers)
{
    [Fact]
    public async Task Of_many_takers_at_once_one_wins_and_the_others_learn_who()
    {
        var target = await MakeAsync(servers);
        var runs = Enumerable.Range(0, 6).Select(_ => target.NewRun()).ToList();
        var takers = await Task.WhenAll(runs.Select(run => target.BeginAsync(run)));
        var winner = Assert.Single(takers, t => t.Target is not null).Target!;
        Assert.All(takers.Where(t => t.Target is null), t => Assert.Equal((winner.Run.Id, "here 1"), (t.Holder!.Run, t.Holder.Holder)));
        // Those who lost leave no run behind.
        Assert.Equal(1, await target.CountAsync("godwit.runs"));
        Assert.Equal(2, await target.CountAsync("godwit.ranges"));
        await winner.DisposeAsync();
    }

    [Fact]
    public async Task A_holder_that_is_alive_is_not_replaced()
    {
        var target = await MakeAsync(servers);
        await using var first = (await target.BeginAsync()).Target!;
        var (second, holder) = await target.ResumeAsync();
        Assert.Null(second);
        Assert.Equal(target.Run.Id, holder!.Run);
        Assert.False(first.LeaseLost.IsCancellationRequested);
    }

    [Fact]
    public async Task Schemas_have_leases_of_their_own()
    {
        var target = await MakeAsync(servers);
        await using var first = (await target.BeginAsync()).Target!;
        await using var second = (await target.BeginAsync(target.NewRun() with { Plan = target.Plan with { Schema = "other" } })).Target;
        Assert.NotNull(second);
    }

    [Fact]
    public async Task A_holder_without_a_backend_is_replaced_at_once()
    {
        var target = await MakeAsync(servers);
        var first = (await target.BeginAsync()).Target!;
        var epoch = await target.EpochAsync();
        // Its lease stays, as after kill -9: disposing gives up sessions and not the lease.
        await first.DisposeAsync();
        await target.UntilAsync($"SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE starts_with(application_name, '{TargetSessions.NameOf(epoch)}'))");
        await using var second = (await target.ResumeAsync()).Target;
        Assert.NotNull(second);
        Assert.NotEqual(epoch, await target.EpochAsync());
    }

    [Fact]
    public async Task A_lease_that_was_given_up_is_free()
    {
        var target = await MakeAsync(servers);
        await using (var first = (await target.BeginAsync()).Target!) await first.FinishAsync(RunState.Failed, end: () => null, Token);
        Assert.Equal(0, await target.CountAsync("godwit.leases"));
        await using var second = (await target.BeginAsync(target.NewRun())).Target;
        Assert.NotNull(second);
    }

    [Fact]
    public async Task The_heartbeat_keeps_the_lease_while_a_worker_holds_it()
    {
        var target = await MakeAsync(servers);
        await using var runner = (await target.BeginAsync()).Target!;
        await using var worker = await target.Database.OpenAsync(cancellationToken: Token);
        await using var transaction = await worker.BeginTransactionAsync(Token);
        await HoldAsync(worker, transaction);
        // The next beat passes the worker's lock.
        await target.Database.ExecuteAsync("UPDATE godwit.leases SET heartbeat = clock_timestamp() - interval '10 s'");
        await target.UntilAsync("SELECT clock_timestamp() - heartbeat < interval '5 s' FROM godwit.leases");
        Assert.False(runner.LeaseLost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_takeover_waits_for_a_transaction_that_holds_the_epoch()
    {
        var target = await MakeAsync(servers);
        var first = await target.BeginStoppedAsync();
        await target.ForgetHeartbeatAsync();
        await using var worker = await target.Database.OpenAsync(cancellationToken: Token);
        await using var transaction = await worker.BeginTransactionAsync(Token);
        await HoldAsync(worker, transaction);

        var taking = target.ResumeAsync();
        await target.UntilAsync("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE%' AND pid <> pg_backend_pid())");
        Assert.False(taking.IsCompleted);
        await transaction.CommitAsync(Token);
        await using var second = (await taking).Target;
        Assert.NotNull(second);
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_holder_not_heard_of_loses_its_backends_before_it_loses_the_lease()
    {
        var target = await MakeAsync(servers);
        var first = await target.BeginStoppedAsync();
        var epoch = await target.EpochAsync();
        Assert.True(await target.BackendsAsync(epoch) > 0);
        await target.ForgetHeartbeatAsync();
        await using var second = (await target.ResumeAsync()).Target;
        Assert.NotNull(second);
        Assert.Equal(0, await target.BackendsAsync(epoch));
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_COPY_of_a_predecessor_cannot_commit_after_the_takeover()
    {
        var target = await MakeAsync(servers);
        var first = await target.BeginStoppedAsync();
        var (inCopy, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var copying = Task.Run(() => first.CopyRangeAsync(
            target.Plan.Tables[0], 0, sink =>
            {
                // All rows are with the server; only the end of the COPY and the commit are missing when the process stops.
                var digest = Fill(sink, 1, 2, 3);
                inCopy.SetResult();
                goOn.Task.Wait(Token);
                return digest;
            },
            fillQuarantine: null, keys: null, Token), Token);
        await inCopy.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await target.ForgetHeartbeatAsync();

        await using var second = (await target.ResumeAsync()).Target!;
        await CopyAsync(second, 0, 1, 2, 3);
        goOn.SetResult();
        await RefusedAsync(first, () => copying);
        Assert.Equal(3, await target.CountAsync());
        Assert.Equal(3, (await second.RangesAsync(Token))["numbers"].First().Digest.Count);
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_stopped_runner_that_wakes_up_changes_nothing()
    {
        var target = await MakeAsync(servers);
        var first = await target.BeginStoppedAsync();
        await target.ForgetHeartbeatAsync();
        await using var second = (await target.ResumeAsync()).Target!;

        await RefusedAsync(first, () => CopyAsync(first, 0, 1));
        await RefusedAsync(first, () => first.RunStepAsync(new TargetStep("x", "tables", "x", "CREATE TABLE public.x ()"), Token));
        await RefusedAsync(first, () => first.SetPhaseAsync("index", Token));
        await RefusedAsync(first, () => first.AbortAsync(Token));
        await RefusedAsync(first, () => first.FinishAsync(RunState.Aborted, end: () => null, Token));
        Assert.Equal(0, await target.CountAsync());
        Assert.False(await target.Database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM godwit.steps WHERE id = 'x') OR to_regclass('public.x') IS NOT NULL"));
        Assert.Equal("Running prepare", await target.Database.ScalarAsync<string>("SELECT state || ' ' || phase FROM godwit.runs"));
        Assert.Equal(1, await target.CountAsync("godwit.leases"));
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_running_holder_learns_at_its_next_beat_that_it_was_replaced()
    {
        var target = await MakeAsync(servers);
        await using var first = (await target.BeginAsync()).Target!;
        await target.Database.ExecuteAsync("UPDATE godwit.leases SET epoch = gen_random_uuid()");
        var lost = new TaskCompletionSource();
        await using var registration = first.LeaseLost.Register(lost.SetResult);
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    private static async Task HoldAsync(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        await using var hold = new NpgsqlCommand("SELECT epoch FROM godwit.leases FOR KEY SHARE", connection, transaction);
        Assert.NotNull(await hold.ExecuteScalarAsync(Token));
    }

    /// <summary>The old runner meets the lease's new epoch, or the end of the session that the takeover ended; asked, it knows that it was taken over.</summary>
    private static async Task RefusedAsync(PostgresMoveTarget runner, Func<Task> work)
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(work);
        Assert.True(fault is LeaseLostException or Npgsql.NpgsqlException, fault.ToString());
        Assert.True(await runner.IsTakenOverAsync());
    }
}
