using Godwit.Engine.Live;
using Godwit.Engine.Moves;

namespace Godwit.Conformance.Live;

/// <summary>Whose writes every <see cref="ILiveSource"/> takes, and what it leaves behind. A source proves itself by a class that derives from this one.</summary>
public abstract class LiveOwnerConformance
{
    private static readonly Guid s_move = Guid.NewGuid();

    /// <summary>Sessions that a successor has ended say so first; whatever is opened then finds the lease gone.</summary>
    private const int Ended = 6;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<LiveSourceWorld> MakeAsync();

    [Fact]
    [Trait("Hazard", "2")]
    [Trait("Hazard", "3")]
    public async Task A_runner_whose_successor_has_taken_the_source_changes_nothing_of_it()
    {
        await using var world = await MakeAsync();
        var lost = false;
        var first = await world.OpenAsync(s_move, new LiveRunner(Guid.NewGuid(), () => lost ? throw new LeaseLostException() : Task.CompletedTask));
        await first.RecordAsync(Token);
        await using var application = await world.ConnectAsync();
        var second = await world.OpenAsync(s_move, new LiveRunner(Guid.NewGuid(), () => Task.CompletedTask));
        lost = true;
        await second.TakeAsync(Token);
        await MustBeLostAsync(() => first.FenceAsync(TimeSpan.FromSeconds(30), () => Task.CompletedTask, Token));
        await application.ExecuteAsync("INSERT INTO t(id, v) VALUES (4, 40)");
        await second.FenceAsync(TimeSpan.FromSeconds(30), () => Task.CompletedTask, Token);
        // It wakes up, and would open what its successor keeps closed.
        await MustBeLostAsync(() => first.UnfenceAsync(Token));
        await MustBeLostAsync(() => first.TakeAsync(Token));
        await MustBeLostAsync(() => first.RemoveAsync(Token));
        await MustBeLostAsync(() => first.ContinueNumbersAsync(new Dictionary<string, long> { [first.Of("t").Plan.TargetName] = 1000 }, Token));
        await MustBeLostAsync(async () =>
        {
            using var delta = new HandMadeDelta(first.Of("t"), "a", "b", [1, 99]);
            await first.ApplyAsync(delta, Token);
        });
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => application.ExecuteAsync("DELETE FROM t"));
        Assert.True(world.IsRefusal(fault), fault.ToString());
        Assert.Equal([10, 20, 30, 40], await application.AskAsync("SELECT v FROM t ORDER BY id"));
        Assert.Null(await second.AppliedAsync(Token));
        await second.UnfenceAsync(Token);
        await application.ExecuteAsync("INSERT INTO t(id, v) VALUES (5, 50)");
    }

    [Fact]
    [Trait("Hazard", "2")]
    public async Task A_runner_that_no_longer_holds_the_run_takes_no_source()
    {
        await using var world = await MakeAsync();
        var first = await world.OpenAsync(s_move, new LiveRunner(Guid.NewGuid(), () => Task.CompletedTask));
        await first.RecordAsync(Token);
        var late = await world.OpenAsync(s_move, new LiveRunner(Guid.NewGuid(), () => throw new LeaseLostException()));
        await MustBeLostAsync(() => late.TakeAsync(Token));
        await first.FenceAsync(TimeSpan.FromSeconds(30), () => Task.CompletedTask, Token);
        await MustBeLostAsync(() => late.UnfenceAsync(Token));
        await first.UnfenceAsync(Token);
    }

    [Fact]
    public async Task A_source_is_part_of_one_move_at_a_time_and_another_move_removes_nothing_of_it()
    {
        await using var world = await MakeAsync();
        var first = await world.OpenAsync(s_move);
        await first.RecordAsync(Token);
        var other = await world.OpenAsync(Guid.NewGuid());
        var fault = await Assert.ThrowsAsync<OtherMoveException>(() => other.RecordAsync(Token));
        Assert.Equal("GW1900", fault.Finding.Code.Id);
        Assert.False(await other.IsRecordedAsync(Token));
        await other.RemoveAsync(Token);
        Assert.True(await first.IsRecordedAsync(Token));
        await using var application = await world.ConnectAsync();
        await application.ExecuteAsync("DELETE FROM t WHERE id = 1");
        using (var delta = await first.ReadDeltaAsync(first.Beginning, whole: false, Token)) Assert.Equal("1", delta.Keys("t"));
        await first.FenceAsync(TimeSpan.FromSeconds(30), () => Task.CompletedTask, Token);
        await Assert.ThrowsAsync<OtherMoveException>(() => other.RecordAsync(Token));
        await other.RemoveAsync(Token);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => application.ExecuteAsync("DELETE FROM t"));
        Assert.True(world.IsRefusal(refused), refused.ToString());
        await first.RemoveAsync(Token);
        await other.RecordAsync(Token);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Removal_leaves_the_rows_and_no_trace_open_or_fenced(bool fenced)
    {
        await using var world = await MakeAsync();
        var source = await world.OpenAsync(s_move, new LiveRunner(Guid.NewGuid(), () => Task.CompletedTask));
        Assert.Empty(await world.TracesAsync());
        await source.RecordAsync(Token);
        Assert.NotEmpty(await world.TracesAsync());
        await using var application = await world.ConnectAsync();
        await application.ExecuteAsync("UPDATE t SET v = 11 WHERE id = 1");
        if (fenced) await source.FenceAsync(TimeSpan.FromSeconds(30), () => Task.CompletedTask, Token);
        for (var time = 0; time < 2; time++)
        {
            await source.RemoveAsync(Token);
            Assert.Empty(await world.TracesAsync());
            Assert.False(await source.IsRecordedAsync(Token));
        }
        await application.ExecuteAsync("INSERT INTO t(id, v) VALUES (4, 40)");
        Assert.Equal([11, 20, 30, 40], await application.AskAsync("SELECT v FROM t ORDER BY id"));
    }

    private static async Task MustBeLostAsync(Func<Task> act)
    {
        for (var ended = 0; ended < Ended; ended++)
        {
            var fault = await Assert.ThrowsAnyAsync<Exception>(act);
            if (fault is LeaseLostException) return;
            Assert.False(fault is Xunit.Sdk.IAssertionException or NullReferenceException, fault.ToString());
        }
        Assert.Fail("the lease is not lost");
    }
}
