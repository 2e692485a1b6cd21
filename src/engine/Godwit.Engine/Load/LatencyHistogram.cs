using System.Numerics;

namespace Godwit.Engine.Load;

/// <summary>
/// Counts latencies in buckets whose width grows with them, as HdrHistogram does: below 256 µs a bucket is 1 µs wide, above it at most 1/128 of its lower end.
/// A quantile is the middle of its bucket, so that it is off by at most 0.4 %, or 0.5 µs. The memory is fixed, 27 KB; any number of threads may count at once.
/// </summary>
public sealed class LatencyHistogram
{
    private const int Linear = 256, Sub = 128, SubBits = 7;

    /// <summary>Longer ones count as this long.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(2);

    private static readonly long s_longest = (long)Longest.TotalMicroseconds;

    private readonly long[] _counts = new long[IndexOf(s_longest) + 1];
    private long _count;
    private long _sum;
    private long _largest;

    public long Count => Interlocked.Read(ref _count);

    /// <summary>Exactly, to the microsecond.</summary>
    public TimeSpan Largest => TimeSpan.FromMicroseconds(Interlocked.Read(ref _largest));

    public TimeSpan Mean => Count is > 0 and var count ? TimeSpan.FromMicroseconds((double)Interlocked.Read(ref _sum) / count) : TimeSpan.Zero;

    public void Add(TimeSpan latency)
    {
        var microseconds = Math.Clamp((long)latency.TotalMicroseconds, 0, s_longest);
        Interlocked.Increment(ref _counts[IndexOf(microseconds)]);
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _sum, microseconds);
        for (var largest = Interlocked.Read(ref _largest); microseconds > largest; largest = Interlocked.Read(ref _largest))
        {
            if (Interlocked.CompareExchange(ref _largest, microseconds, largest) == largest) break;
        }
    }

    /// <summary>The latency that a share of all are not above; zero when nothing was counted.</summary>
    /// <param name="quantile">From 0 to 1: 0.95.</param>
    public TimeSpan Quantile(double quantile)
    {
        var count = Count;
        if (count == 0) return TimeSpan.Zero;
        var rank = Math.Clamp((long)Math.Ceiling(quantile * count), 1, count);
        if (rank == count) return Largest;
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += Interlocked.Read(ref _counts[i]);
            if (seen < rank) continue;
            var middle = TimeSpan.FromMicroseconds(MiddleOf(i));
            return middle < Largest ? middle : Largest;
        }
        return Largest;
    }

    private static int IndexOf(long value)
    {
        if (value < Linear) return (int)value;
        var power = BitOperations.Log2((ulong)value) - SubBits;
        return Linear + ((power - 1) * Sub) + (int)((value >> power) - Sub);
    }

    private static double MiddleOf(int index)
    {
        if (index < Linear) return index;
        var power = ((index - Linear) / Sub) + 1;
        var low = (long)(((index - Linear) % Sub) + Sub) << power;
        return low + (((1L << power) - 1) / 2.0);
    }
}
