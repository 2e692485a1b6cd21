using System.Collections.Concurrent;

namespace Godwit.Engine.Moves;

/// <summary>Runs work items on a fixed number of threads. The first fault stops the rest and is thrown; the others' cancellations are not.</summary>
public static class Workers
{
    /// <summary>Two pieces of work side by side. A fault of one stops the other, and is what is thrown.</summary>
    public static Task BothAsync(Func<CancellationToken, Task> one, Func<CancellationToken, Task> other, CancellationToken cancellation) =>
        RunAsync([one, other], workers: 2, (work, token) => work(token), cancellation);

    public static async Task RunAsync<T>(IEnumerable<T> items, int workers, Func<T, CancellationToken, Task> work, CancellationToken cancellation)
    {
        var queue = new ConcurrentQueue<T>(items);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var faults = new ConcurrentQueue<Exception>();
        await Task.WhenAll(Enumerable.Range(0, Math.Max(1, Math.Min(workers, queue.Count))).Select(_ => Task.Run(Drain, CancellationToken.None)));
        if (faults.FirstOrDefault(f => f is not OperationCanceledException) is { } fault) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        cancellation.ThrowIfCancellationRequested();
        if (faults.TryDequeue(out var first)) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);

        async Task Drain()
        {
            while (!stop.IsCancellationRequested && queue.TryDequeue(out var item))
            {
                try
                {
                    await work(item, stop.Token);
                }
                catch (Exception thrown)
                {
                    faults.Enqueue(thrown);
                    await stop.CancelAsync();
                    return;
                }
            }
        }
    }
}
