namespace Godwit.Engine.Backfill;

/// <summary>How long something took, each time within the last while.</summary>
public sealed class LatencyWindow(TimeSpan window, TimeProvider time)
{
    /// <summary>More than any sensible rate leaves in any sensible window; the oldest go.</summary>
    private const int MostSamples = 10_000;

    private readonly Queue<(long At, TimeSpan Took)> _samples = new();

    public int Count => _samples.Count;

    public void Add(TimeSpan took)
    {
        _samples.Enqueue((time.GetTimestamp(), took));
        if (_samples.Count > MostSamples) _samples.Dequeue();
    }

    /// <summary>The smallest sample that at least 99 of 100 do not exceed; null without samples.</summary>
    public TimeSpan? P99()
    {
        while (_samples.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) > window) _samples.Dequeue();
        if (_samples.Count == 0) return null;
        var sorted = _samples.Select(s => s.Took).Order().ToList();
        return sorted[(int)Math.Ceiling(sorted.Count * 0.99) - 1];
    }
}
