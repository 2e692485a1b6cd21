using Godwit.Engine.Live;

namespace Godwit.Conformance.Live;

/// <summary>How every <see cref="ILiveSource"/> keeps writers out and lets them in, and what it takes from the other side. A source proves itself by a class that derives from this one.</summary>
public abstract class LiveFenceConformance
{
    private static readonly Guid s_move = Guid.NewGuid();

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly string[] s_writes =
    [
        "INSERT INTO t(v) VALUES (1)", "INSERT INTO t(id, v) VALUES (1, 0) ON CONFLICT (id) DO NOTHING", "INSERT INTO t(id, v) VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET v = 0", "UPDATE t SET v = 0 WHERE id = 1",
        "DELETE FROM t WHERE id = 1", "INSERT INTO pairs VALUES (2, 2, 2)", "UPDATE pairs SET v = 2", "DELETE FROM pairs", "INSERT INTO notes VALUES (1)", "UPDATE notes SET v = 1", "DELETE FROM notes",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<LiveSourceWorld> MakeAsync();

    [Fact]
    [Trait("Hazard", "7")]
    public async Task A_fence_refuses_every_write_and_no_reader_until_it_is_lowered()
    {
        await using var world = await MakeAsync();
        var source = await RecordedAsync(world);
        await using var application = await world.ConnectAsync();
        await source.FenceAsync(s_patience, () => Task.CompletedTask, Token);
        foreach (var write in s_writes) await MustBeRefusedAsync(world, application, write);
        Assert.Equal([10, 20, 30], await application.AskAsync("SELECT v FROM t ORDER BY id"));
        for (var time = 0; time < 2; time++)
        {
            await source.UnfenceAsync(Token);
            foreach (var write in s_writes) await application.ExecuteAsync(write);
        }
    }

    [Fact]
    [Trait("Hazard", "7")]
    public async Task The_drain_sees_whatever_was_acknowledged_and_nothing_comes_after_it()
    {
        await using var world = await MakeAsync();
        var source = await RecordedAsync(world);
        await using var early = await world.ConnectAsync();
        await using var late = await world.ConnectAsync();
        await early.ExecuteAsync("BEGIN");
        await early.ExecuteAsync("INSERT INTO t(id, v) VALUES (4, 40)");
        var (seen, waiting) = ("", Task.CompletedTask);
        var fencing = Task.Run(() => source.FenceAsync(s_patience, DrainAsync, Token), Token);
        await early.ExecuteAsync("COMMIT");
        await fencing;
        Assert.Equal("4,40", seen);
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => waiting);
        Assert.True(world.IsRefusal(fault), fault.ToString());
        Assert.Equal([40], await late.AskAsync("SELECT v FROM t WHERE id > 3"));

        async Task DrainAsync()
        {
            waiting = late.ExecuteAsync("INSERT INTO t(id, v) VALUES (5, 50)");
            using var delta = await source.ReadDeltaAsync(source.Beginning, whole: true, Token);
            seen = delta.Rows("t");
        }
    }

    [Fact]
    [Trait("Hazard", "1")]
    public async Task A_drain_that_fails_and_a_writer_that_does_not_end_leave_everybody_as_they_were()
    {
        await using var world = await MakeAsync();
        var source = await RecordedAsync(world);
        await using var application = await world.ConnectAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => source.FenceAsync(s_patience, () => throw new InvalidOperationException(), Token));
        foreach (var write in s_writes) await application.ExecuteAsync(write);
        await application.ExecuteAsync("BEGIN");
        await application.ExecuteAsync("INSERT INTO t(id, v) VALUES (44, 40)");
        var drained = false;
        await Assert.ThrowsAnyAsync<Exception>(() => source.FenceAsync(
            TimeSpan.FromMilliseconds(300),
            () =>
            {
                drained = true;
                return Task.CompletedTask;
            },
            Token));
        Assert.False(drained);
        await application.ExecuteAsync("COMMIT");
        foreach (var write in s_writes) await application.ExecuteAsync(write);
    }

    [Fact]
    [Trait("Hazard", "1")]
    public async Task A_fence_stands_when_everybody_who_raised_it_is_gone_and_whoever_comes_next_lowers_it()
    {
        await using var world = await MakeAsync();
        await (await RecordedAsync(world)).FenceAsync(s_patience, () => Task.CompletedTask, Token);
        await using var application = await world.ConnectAsync();
        var next = await world.OpenAsync(s_move);
        await next.RecordAsync(Token);
        foreach (var write in s_writes) await MustBeRefusedAsync(world, application, write);
        await next.UnfenceAsync(Token);
        foreach (var write in s_writes) await application.ExecuteAsync(write);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task What_comes_from_the_other_side_is_there_and_is_recorded_nowhere_and_refused_by_no_fence(bool fenced)
    {
        await using var world = await MakeAsync();
        var source = await RecordedAsync(world);
        if (fenced) await source.FenceAsync(s_patience, () => Task.CompletedTask, Token);
        Assert.Null(await source.AppliedAsync(Token));
        using (var delta = new HandMadeDelta(source.Of("t"), "a", "b", [1, 11], [2], [4, 40])) Assert.Equal(new DeltaRows(2, 0), await source.ApplyAsync(delta, Token));
        using (var delta = new HandMadeDelta(source.Of("pairs"), "b", "c", [1, 1], [1, 2, 5])) await source.ApplyAsync(delta, Token);
        Assert.Equal("c", await (await world.OpenAsync(s_move)).AppliedAsync(Token));
        await using var application = await world.ConnectAsync();
        Assert.Equal([11, 30, 40], await application.AskAsync("SELECT v FROM t ORDER BY id"));
        Assert.Equal([5], await application.AskAsync("SELECT v FROM pairs"));
        using var back = await source.ReadDeltaAsync(source.Beginning, whole: false, Token);
        Assert.Empty(back.Keys);
    }

    [Fact]
    [Trait("Hazard", "19")]
    public async Task Values_that_change_places_are_applied_as_one()
    {
        await using var world = await MakeAsync();
        var source = await RecordedAsync(world);
        await using var application = await world.ConnectAsync();
        await application.ExecuteAsync("CREATE UNIQUE INDEX each_once ON t(v)");
        using (var delta = new HandMadeDelta(source.Of("t"), "a", "b", [1, 20], [2, 30], [3, 10])) await source.ApplyAsync(delta, Token);
        Assert.Equal([20, 30, 10], await application.AskAsync("SELECT v FROM t ORDER BY id"));
    }

    [Fact]
    public async Task What_is_applied_already_is_not_applied_again()
    {
        await using var world = await MakeAsync();
        var source = await RecordedAsync(world);
        var table = source.Of("t");
        using (var delta = new HandMadeDelta(table, "a", "b", [1, 11])) await source.ApplyAsync(delta, Token);
        // Another runner, which read before that was applied.
        var another = await world.OpenAsync(s_move);
        foreach (var since in new[] { "a", "c" })
        {
            using var late = new HandMadeDelta(another.Of("t"), since, "z", [1, 99]);
            await Assert.ThrowsAsync<StalePositionException>(() => another.ApplyAsync(late, Token));
        }
        Assert.Equal("b", await another.AppliedAsync(Token));
        await using var application = await world.ConnectAsync();
        Assert.Equal([11], await application.AskAsync("SELECT v FROM t WHERE id = 1"));
    }

    [Fact]
    [Trait("Hazard", "23")]
    public async Task Numbers_go_on_past_what_either_side_has_given_out_and_never_back()
    {
        await using var world = await MakeAsync();
        var source = await RecordedAsync(world);
        await using var application = await world.ConnectAsync();
        await application.ExecuteAsync("INSERT INTO t(v) VALUES (40)");
        var numbers = await source.ReadNumbersAsync(Token);
        var given = Assert.Single(numbers, n => n.Value == 4).Key;
        await source.ContinueNumbersAsync(new Dictionary<string, long> { [given] = 100 }, Token);
        await application.ExecuteAsync("INSERT INTO t(v) VALUES (41)");
        await source.ContinueNumbersAsync(new Dictionary<string, long> { [given] = 50 }, Token);
        await application.ExecuteAsync("DELETE FROM t WHERE id > 4");
        await application.ExecuteAsync("INSERT INTO t(v) VALUES (42)");
        Assert.Equal([4, 102], await application.AskAsync("SELECT id FROM t WHERE v IN (40, 42) ORDER BY id"));
    }

    private static async Task<ILiveSource> RecordedAsync(LiveSourceWorld world)
    {
        var source = await world.OpenAsync(s_move);
        await source.RecordAsync(Token);
        return source;
    }

    private static async Task MustBeRefusedAsync(LiveSourceWorld world, ILiveApplication application, string write)
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => application.ExecuteAsync(write));
        Assert.True(world.IsRefusal(fault), $"{write}: {fault}");
    }
}
