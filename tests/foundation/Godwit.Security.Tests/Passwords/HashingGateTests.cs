using Godwit.Security.Passwords;

namespace Godwit.Security.Tests.Passwords;

public sealed class HashingGateTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("ASVS", "15.2.2")]
    public async Task Never_more_run_at_once_than_there_is_room_for()
    {
        var gate = new HashingGate(TimeProvider.System, width: 2, deadline: TimeSpan.FromMinutes(1));
        using var open = new ManualResetEventSlim();
        var (running, most) = (0, 0);
        var tasks = Enumerable.Range(0, 50).Select(i => gate.RunAsync(
            () =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                open.Wait(Cancellation);
                Interlocked.Decrement(ref running);
                return i;
            },
            Cancellation)).ToList();
        Assert.Equal(48, gate.Waiting);
        open.Set();
        var done = await Task.WhenAll(tasks);
        Assert.Equal(Enumerable.Range(0, 50), done);
        Assert.InRange(most, 1, 2);
        Assert.Equal(0, gate.Waiting);
    }

    [Fact]
    public async Task With_room_for_one_the_order_is_strict()
    {
        var gate = new HashingGate(TimeProvider.System, width: 1, deadline: TimeSpan.FromMinutes(1));
        using var open = new ManualResetEventSlim();
        var first = gate.RunAsync(() => { open.Wait(Cancellation); return -1; }, Cancellation);
        var order = new List<int>();
        var waiting = Enumerable.Range(0, 100).Select(i => gate.RunAsync(() => { order.Add(i); return i; }, Cancellation)).ToList();
        open.Set();
        await Task.WhenAll(waiting.Append(first));
        Assert.Equal(Enumerable.Range(0, 100), order);
    }

    [Fact]
    public async Task Who_waits_past_the_deadline_is_told_that_it_is_busy_and_the_others_keep_their_places()
    {
        var gate = new HashingGate(TimeProvider.System, width: 1, deadline: TimeSpan.FromMilliseconds(50));
        using var open = new ManualResetEventSlim();
        var first = gate.RunAsync(() => { open.Wait(Cancellation); return 1; }, Cancellation);
        var busy = await Assert.ThrowsAsync<HashingBusyException>(() => gate.RunAsync(() => 2, Cancellation));
        Assert.Equal(TimeSpan.FromMilliseconds(50), busy.RetryAfter);
        Assert.Equal(0, gate.Waiting);
        open.Set();
        Assert.Equal(1, await first);
        Assert.Equal(3, await gate.RunAsync(() => 3, Cancellation));
    }

    [Fact]
    public async Task Who_comes_when_too_many_wait_is_told_at_once()
    {
        var gate = new HashingGate(TimeProvider.System, width: 1, deadline: TimeSpan.FromMinutes(1), mostWaiting: 2);
        using var open = new ManualResetEventSlim();
        List<Task<int>> tasks = [.. Enumerable.Range(0, 3).Select(i => gate.RunAsync(() => { open.Wait(Cancellation); return i; }, Cancellation))];
        await Assert.ThrowsAsync<HashingBusyException>(() => gate.RunAsync(() => 9, Cancellation));
        open.Set();
        var served = await Task.WhenAll(tasks);
        Assert.Equal([0, 1, 2], served);
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_line_and_a_failure_gives_its_turn_back()
    {
        var gate = new HashingGate(TimeProvider.System, width: 1, deadline: TimeSpan.FromMinutes(1));
        using var open = new ManualResetEventSlim();
        var first = gate.RunAsync(() => { open.Wait(Cancellation); return 1; }, Cancellation);
        using var tired = new CancellationTokenSource();
        var leaving = gate.RunAsync(() => 2, tired.Token);
        var failing = gate.RunAsync<int>(() => throw new InvalidOperationException("fails"), Cancellation);
        var last = gate.RunAsync(() => 4, Cancellation);
        await tired.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        open.Set();
        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        Assert.Equal((1, 4), (await first, await last));
    }

    [Fact]
    public async Task No_turn_is_lost_when_deadlines_fall_together_with_turns()
    {
        var gate = new HashingGate(TimeProvider.System, width: 2, deadline: TimeSpan.FromMilliseconds(2));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 400).Select(async _ =>
        {
            try
            {
                await gate.RunAsync(() => { Thread.SpinWait(2_000); return 1; }, Cancellation);
                return true;
            }
            catch (HashingBusyException)
            {
                return false;
            }
        }));
        Assert.Contains(true, outcomes);
        Assert.Equal(0, gate.Waiting);
        for (var i = 0; i < 4; i++) Assert.Equal(i, await gate.RunAsync(() => i, Cancellation));
    }

    private static void InterlockedMax(ref int largest, int value)
    {
        for (var seen = Volatile.Read(ref largest); seen < value;)
        {
            var before = Interlocked.CompareExchange(ref largest, value, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
