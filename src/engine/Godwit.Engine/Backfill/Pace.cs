namespace Godwit.Engine.Backfill;

/// <summary>What limits a backfill's pace.</summary>
public sealed record PaceSettings
{
    /// <summary>At most so many rows a second; null is no cap.</summary>
    public int? RowsPerSecond { get; init; }

    /// <summary>The least pause between two batches.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>What the p99 of the probe has to stay below, whatever its baseline.</summary>
    public TimeSpan? Objective { get; init; }

    /// <summary>The most WAL a second, as <see cref="PaceSigns.WalShare"/> counts it.</summary>
    public double WalShare { get; init; } = 0.7;
}

/// <summary>What was seen of the target in the last second. Null: nothing was, for lack of a right, a replica or a probe.</summary>
/// <param name="ProbeP99">The declared probe's 99th percentile over its window.</param>
/// <param name="ReplicaLag">The slowest replica's.</param>
/// <param name="LockWaiters">Sessions of others that wait for a lock.</param>
/// <param name="WalShare">WAL written a second, over max_wal_size per checkpoint_timeout: at 1 checkpoints are forced by volume.</param>
public readonly record struct PaceSigns(TimeSpan? ProbeP99, TimeSpan? ReplicaLag, long? LockWaiters, double? WalShare);

/// <summary>
/// How much of the time a backfill works: additive increase, multiplicative decrease, as TCP does. Every second without a sign of strain adds 0.02 to
/// the share; a sign halves it. After work of t the pause is t (1 - share) / share.
/// </summary>
public sealed class Pace
{
    public const double Step = 0.02, FirstShare = 0.5, LeastShare = 0.02;

    public const double Tolerance = 1.2, StopFactor = 3;

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1), LagLimit = TimeSpan.FromSeconds(1);

    private readonly PaceSettings _settings;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private double _share = FirstShare;
    private string? _strain;
    private bool _stopped;
    private long _observed;

    public Pace(PaceSettings settings, TimeProvider time)
    {
        (_settings, _time) = (settings, time);
        _observed = time.GetTimestamp();
    }

    /// <summary>The probe's p99 before the backfill began; null without a probe.</summary>
    public TimeSpan? Baseline { get; set; }

    /// <summary>The share of time spent working, above 0 and at most 1.</summary>
    public double Share
    {
        get
        {
            lock (_lock) return _share;
        }
    }

    /// <summary>The probe is at three times its baseline, and above its objective: no batch begins until it is below again.</summary>
    public bool IsStopped
    {
        get
        {
            lock (_lock) return _stopped;
        }
    }

    /// <summary>Why the last observation halved the share; null when it did not.</summary>
    public string? Strain
    {
        get
        {
            lock (_lock) return _strain;
        }
    }

    /// <summary>Whether a second has passed since the last observation.</summary>
    public bool IsDue
    {
        get
        {
            lock (_lock) return _time.GetElapsedTime(_observed) >= Interval;
        }
    }

    public void Observe(PaceSigns signs)
    {
        lock (_lock)
        {
            _observed = _time.GetTimestamp();
            _strain = FindStrain(signs);
            _stopped = signs.ProbeP99 is { } now && Limit(StopFactor) is { } limit && Baseline is not null && now >= limit;
            _share = _strain is null ? Math.Min(1, _share + Step) : Math.Max(LeastShare, _share / 2);
        }
    }

    /// <summary>How long to pause after a batch.</summary>
    /// <param name="worked">How long it took.</param>
    /// <param name="rows">How many rows it dealt with.</param>
    public TimeSpan PauseAfter(TimeSpan worked, long rows)
    {
        var share = Share;
        var pause = worked * ((1 - share) / share);
        if (pause < _settings.Pause) pause = _settings.Pause;
        if (_settings.RowsPerSecond is { } cap)
        {
            var due = TimeSpan.FromSeconds((double)rows / cap) - worked;
            if (due > pause) pause = due;
        }
        return pause;
    }

    private string? FindStrain(PaceSigns signs)
    {
        if (signs.ProbeP99 is { } p99 && Limit(Tolerance) is { } limit && p99 > limit) return "the probe is slower than it may be";
        if (signs.ReplicaLag > LagLimit) return "a replica lags";
        if (signs.LockWaiters > 0) return "sessions wait for locks";
        return signs.WalShare > _settings.WalShare ? "much WAL is written" : null;
    }

    /// <summary>A probe below its objective is as fast as it has to be, however much faster it was before.</summary>
    private TimeSpan? Limit(double factor) => (Baseline * factor, _settings.Objective) switch
    {
        ({ } tolerated, { } objective) => tolerated > objective ? tolerated : objective,
        (var tolerated, var objective) => tolerated ?? objective,
    };
}
