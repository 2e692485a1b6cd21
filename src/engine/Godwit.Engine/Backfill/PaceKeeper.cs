using Godwit.Engine.Runs;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Backfill;

/// <summary>Watches the target from a session of its own while a backfill works, and makes the backfill wait.</summary>
internal sealed class PaceKeeper(StepContext context, BackfillOptions options, IPaceWatch watch)
{
    /// <summary>How long a wait goes without asking whether somebody wants the run to pause.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a target may stay at three times its baseline before a person has to look.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly SessionTerms Terms = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));

    private readonly LatencyWindow _latency = new(options.Probe?.Window ?? TimeSpan.FromSeconds(10), context.Time);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _watching = Task.CompletedTask;

    public Pace Pace { get; } = new(options.Pace, context.Time);

    /// <summary>What the pace goes without, and which right would show it.</summary>
    public IReadOnlyList<string> Unseen => watch.Unseen;

    public async Task<T> WhileAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _watching = context.Target.OutsideTransactionAsync(Terms with { SearchPath = options.SearchPath }, WatchAsync, stop.Token);
        try
        {
            await await Task.WhenAny(_ready.Task, _watching);
            return await work(cancellation);
        }
        finally
        {
            await stop.CancelAsync();
            // Its fault, where it had one, is what Wait has thrown, or came too late to matter.
            await _watching.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Waits as long as the pace asks for after a batch.</summary>
    /// <returns>Why the step cannot go on; null when it can.</returns>
    public async Task<string?> WaitAsync(TimeSpan worked, long rows, CancellationToken cancellation)
    {
        var pause = Pace.PauseAfter(worked, rows);
        var began = context.Time.GetTimestamp();
        while (!context.PauseRequested())
        {
            if (_watching.IsFaulted) await _watching;
            var left = pause - context.Time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero && !Pace.IsStopped) return null;
            if (-left > Patience) return $"the probe has been at {Pace.StopFactor} times its baseline or more for {Patience.TotalMinutes} minutes";
            await Task.Delay(left > TimeSpan.Zero && left < Slice ? left : Slice, context.Time, cancellation);
        }
        return "somebody asked the run to pause";
    }

    private async Task<bool> WatchAsync(IRunSession session, CancellationToken cancellation)
    {
        var interval = options.Probe is { } probe ? TimeSpan.FromSeconds(1.0 / probe.PerSecond) : Pace.Interval;
        if (options.Probe is { } measured)
        {
            var began = context.Time.GetTimestamp();
            do
            {
                await ProbeAsync(session, measured, cancellation);
                await Task.Delay(interval, context.Time, cancellation);
            }
            while (context.Time.GetElapsedTime(began) < measured.Baseline);
            Pace.Baseline = _latency.P99();
        }
        Pace.Observe(await watch.ReadAsync(session, cancellation) with { ProbeP99 = _latency.P99() });
        _ready.TrySetResult();
        while (true)
        {
            await Task.Delay(interval, context.Time, cancellation);
            if (options.Probe is { } asked) await ProbeAsync(session, asked, cancellation);
            if (Pace.IsDue) Pace.Observe(await watch.ReadAsync(session, cancellation) with { ProbeP99 = _latency.P99() });
        }
    }

    private async Task ProbeAsync(IRunSession session, ProbeSettings probe, CancellationToken cancellation)
    {
        var began = context.Time.GetTimestamp();
        try
        {
            await session.ExecuteAsync(probe.Sql, cancellation);
        }
        catch (TargetFaultException fault) when (fault.Fault is TargetFault.StatementTimeout or TargetFault.LockNotAvailable)
        {
            // As slow as a probe can be: that is a measurement.
            _latency.Add(context.Time.GetElapsedTime(began));
            return;
        }
        _latency.Add(context.Time.GetElapsedTime(began));
    }
}
