using System.Collections.Concurrent;
using Godwit.Engine.Moves;

namespace Godwit.Engine.Tests.Moves;

public sealed class WorkersTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Every_item_is_done_once_and_never_more_at_a_time_than_there_are_workers(int workers)
    {
        var done = new ConcurrentBag<int>();
        var (running, most) = (0, 0);
        await Workers.RunAsync(
            Enumerable.Range(0, 50), workers, async (item, token) =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                await Task.Yield();
                done.Add(item);
                Interlocked.Decrement(ref running);
            },
            Token);
        Assert.Equal(Enumerable.Range(0, 50), done.Order());
        Assert.InRange(most, 1, Math.Max(1, workers));
    }

    [Fact]
    public async Task The_first_fault_stops_the_rest_and_is_thrown()
    {
        var started = new ConcurrentBag<int>();
        var others = new TaskCompletionSource();
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => Workers.RunAsync(
            Enumerable.Range(0, 100), 2, async (item, token) =>
            {
                started.Add(item);
                if (item == 0)
                {
                    await others.Task;
                    throw new InvalidDataException("the first");
                }
                others.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            },
            Token));
        Assert.Equal("the first", fault.Message);
        Assert.Equal(2, started.Count);
    }

    [Fact]
    public async Task A_worker_that_ends_by_cancellation_before_does_not_hide_the_fault()
    {
        var other = new TaskCompletionSource();
        await Assert.ThrowsAsync<InvalidDataException>(() => Workers.RunAsync(
            [0, 1], 2, async (item, token) =>
            {
                if (item == 0)
                {
                    await other.Task;
                    throw new OperationCanceledException("a connection's own");
                }
                try
                {
                    other.SetResult();
                    await Task.Delay(Timeout.Infinite, token);
                }
                catch (OperationCanceledException stopped)
                {
                    throw new InvalidDataException("the cause", stopped);
                }
            },
            Token));
    }

    [Fact]
    public async Task A_cancellation_of_its_own_is_not_taken_for_success()
    {
        await Assert.ThrowsAsync<OperationCanceledException>(() => Workers.RunAsync([0], 1, (_, _) => throw new OperationCanceledException("a connection's own"), Token));
    }

    [Fact]
    public async Task Cancelling_stops_the_workers_and_is_thrown()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var started = 0;
        var running = Workers.RunAsync(
            Enumerable.Range(0, 100), 3, async (_, token) =>
            {
                if (Interlocked.Increment(ref started) == 3) await source.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
            },
            source.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.InRange(started, 1, 3);
    }

    [Fact]
    public async Task Cancelled_before_it_begins_nothing_is_done()
    {
        var started = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Workers.RunAsync([1, 2], 2, (_, _) => Task.FromResult(started++), new CancellationToken(canceled: true)));
        Assert.Equal(0, started);
    }

    [Fact]
    public async Task Nothing_to_do_is_done()
    {
        await Workers.RunAsync<int>([], 4, (_, _) => throw new InvalidOperationException(), Token);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = target; seen < value; seen = target)
        {
            if (Interlocked.CompareExchange(ref target, value, seen) == seen) return;
        }
    }
}
