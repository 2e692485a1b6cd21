namespace Godwit.Redis.Connections;

/// <summary>Moments of a clock's timestamps, whose unit is the clock's own (a nanosecond on Linux): ticks times that unit would overflow within minutes.</summary>
internal static class Deadlines
{
    /// <summary>Of anything that is waited for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static long After(this TimeProvider time, TimeSpan span) => time.GetTimestamp() + time.Units(span);

    public static long Units(this TimeProvider time, TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    /// <summary>How long until then; at least a millisecond, which is the finest that a timer knows.</summary>
    public static TimeSpan Until(this TimeProvider time, long deadline)
    {
        var left = time.GetElapsedTime(time.GetTimestamp(), deadline);
        return left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left;
    }

    /// <exception cref="ArgumentOutOfRangeException">Zero, infinite, or longer than a day.</exception>
    public static TimeSpan Checked(TimeSpan span, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(span, Longest, name);
        return span;
    }
}
