using Godwit.Engine.Ledger;
using Godwit.Engine.Moves;

namespace Godwit.Engine.Runs;

/// <summary>Ends work that takes too long, and does not wait for ever for work that does not end.</summary>
internal static class TimeLimit
{
    /// <summary>Timers reach no further (https://learn.microsoft.com/dotnet/api/system.threading.cancellationtokensource.cancelafter); a process lives on less.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    /// <summary>For work that was told to end. What does not is left behind: once the run is let go of, the target refuses all that it may still write.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);

    /// <param name="limit">How long it may take; null is for ever.</param>
    /// <param name="work">Idempotent, or rolled back when it is cancelled.</param>
    /// <param name="time">Measures.</param>
    /// <param name="cancellation">Ends the work from outside.</param>
    /// <returns>What came of it; null when the limit ended it.</returns>
    public static async Task<T?> RunAsync<T>(TimeSpan? limit, Func<CancellationToken, Task<T>> work, TimeProvider time, CancellationToken cancellation)
        where T : class
    {
        using var late = limit is { } at ? new CancellationTokenSource(at < Longest ? at : Longest, time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registered = either.Token.Register(() => cancelled.TrySetResult());
        var working = work(either.Token);
        if (await Task.WhenAny(working, cancelled.Task) != working) await Task.WhenAny(working, Task.Delay(s_grace, time, CancellationToken.None));
        if (!working.IsCompleted)
        {
            _ = working.ContinueWith(w => w.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
        try
        {
            return await working;
        }
        catch (Exception fault) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested && fault is not (LeaseLostException or LedgerException or TargetRewoundException))
        {
            // A statement that is cancelled may end as a broken connection.
            return null;
        }
    }
}
