using System.Diagnostics;

namespace Godwit.Bench.Live;

/// <summary>What the application's samples say of parts of the time.</summary>
internal sealed class Latencies(Sample[] samples)
{
    private readonly long[] _acknowledged = [.. samples.Where(s => s is { IsWrite: 1, Answered: 1 }).Select(s => s.Ended).Order()];

    public double P99(long from, long to) => Percentile([.. samples.Where(s => s.Planned >= from && s.Planned < to).Select(s => s.Milliseconds)]);

    /// <summary>The longest time between two acknowledged writes that ended in a part of the time.</summary>
    public (long From, long To) Pause(long from, long to)
    {
        var (longest, previous) = ((From: from, To: from), 0L);
        foreach (var at in _acknowledged)
        {
            if (previous != 0 && at >= from && previous <= to && at - previous > longest.To - longest.From) longest = (previous, at);
            previous = at;
        }
        return longest;
    }

    /// <summary>Of the writes that were under way, or due, in one of the pauses.</summary>
    public double P99Of(IReadOnlyList<(long From, long To)> pauses) =>
        Percentile([.. samples.Where(s => s.IsWrite == 1 && pauses.Any(p => s.Planned < p.To && s.Ended > p.From)).Select(s => s.Milliseconds)]);

    public static double Milliseconds((long From, long To) pause) => Stopwatch.GetElapsedTime(pause.From, pause.To).TotalMilliseconds;

    private static double Percentile(double[] values)
    {
        if (values.Length == 0) return 0;
        Array.Sort(values);
        return values[Math.Min(values.Length - 1, (int)Math.Ceiling(values.Length * 0.99) - 1)];
    }
}
