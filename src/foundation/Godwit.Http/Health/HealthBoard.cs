using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Godwit.Http.Health;

/// <summary>
/// Asks the checks, each at most once a second and never twice at a time, however many ask: probes are no load. A check that hangs beyond its deadline counts as failed, and is not asked again before it has come back.
/// </summary>
public sealed partial class HealthBoard : IDisposable
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly Meter _meter = new("Godwit.Health");
    private readonly Watched[] _checks;
    private readonly ILogger<HealthBoard> _logger;
    private readonly TimeProvider _time;
    private volatile bool _stopping;

    public HealthBoard(IEnumerable<HealthCheck> checks, TimeProvider time, ILogger<HealthBoard> logger)
    {
        _checks = [.. checks.Select(c => new Watched(c))];
        (_time, _logger) = (time, logger);
        _meter.CreateObservableGauge("godwit.health.passed", () => _checks.Where(c => c.Last is not null).Select(c => new Measurement<int>(c.Last == true ? 1 : 0, new KeyValuePair<string, object?>("check", c.Check.Name))), null, "Whether a check of health passed when it was last asked, by check.");
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>From here on nobody is to send requests.</summary>
    public void Stop() => _stopping = true;

    public async Task<HealthReport> LookAsync()
    {
        var passed = await Task.WhenAll(_checks.Select(LookAsync));
        var state = _stopping ? HealthState.Stopping
            : _checks.Where((c, i) => c.Check.Vital && !passed[i]).Any() ? HealthState.NotReady
            : passed.Contains(false) ? HealthState.Degraded
            : HealthState.Ready;
        return new HealthReport(state, [.. _checks.Select((c, i) => (c.Check.Name, passed[i]))]);
    }

    private Task<bool> LookAsync(Watched watched)
    {
        lock (watched)
        {
            if (watched.Looking is { } known && (!known.IsCompleted || _time.GetElapsedTime(watched.LookedAt) < s_fresh)) return known;
            // It is still at work on what it was asked before: the answer is the one that it did not give.
            if (watched.Working is { IsCompleted: false }) return Task.FromResult(false);
            return watched.Looking = AskAsync(watched);
        }
    }

    private async Task<bool> AskAsync(Watched watched)
    {
        using var deadline = new CancellationTokenSource(watched.Check.Deadline, _time);
        var passed = false;
        Exception? fault = null;
        try
        {
            // On another thread: what blocks may not keep its caller, nor the lock.
            watched.Working = Task.Run(() => watched.Check.LookAsync(deadline.Token), CancellationToken.None);
            await watched.Working.WaitAsync(watched.Check.Deadline, _time);
            passed = true;
        }
        catch (Exception e)
        {
            fault = e;
        }
        // A fault that comes after the deadline is nobody's any more.
        _ = watched.Working?.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        if (watched.Last != passed && (watched.Last is not null || !passed))
        {
            if (passed) Recovered(_logger, watched.Check.Name);
            else Failed(_logger, fault, watched.Check.Name);
        }
        (watched.Last, watched.LookedAt) = (passed, _time.GetTimestamp());
        return passed;
    }

    [LoggerMessage(2120, LogLevel.Warning, "the check {check} fails", EventName = "HealthCheckFailed")]
    private static partial void Failed(ILogger logger, Exception? fault, string check);

    [LoggerMessage(2121, LogLevel.Information, "the check {check} passes again", EventName = "HealthCheckRecovered")]
    private static partial void Recovered(ILogger logger, string check);

    private sealed class Watched(HealthCheck check)
    {
        public HealthCheck Check => check;

        public Task<bool>? Looking { get; set; }

        public Task? Working { get; set; }

        public long LookedAt { get; set; }

        public bool? Last { get; set; }
    }
}
