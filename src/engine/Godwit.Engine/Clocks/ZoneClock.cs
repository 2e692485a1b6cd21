namespace Godwit.Engine.Clocks;

/// <summary>
/// The wall clock of a time zone. A time that it skips, when clocks go forward, is the moment at which it skips it; of a time that it shows twice, when clocks go back,
/// a beginning is the first and an end the second.
/// </summary>
/// <remarks>Everything follows from what the zone's offset is at a moment, which has one answer; what a wall-clock time means is what has none or two.</remarks>
public sealed class ZoneClock(TimeZoneInfo zone)
{
    /// <summary>Offsets reach from -12 to +14 hours, and a zone has skipped a whole day (Pacific/Apia, 2011-12-30).</summary>
    private static readonly TimeSpan s_around = TimeSpan.FromHours(40);

    public TimeZoneInfo Zone => zone;

    public DateTime WallClock(DateTimeOffset moment) => DateTime.SpecifyKind(moment.UtcDateTime + OffsetAt(moment.UtcDateTime), DateTimeKind.Unspecified);

    /// <summary>The first moment at which the wall clock shows a time.</summary>
    public DateTimeOffset First(DateTime wall) => Moments(wall).First;

    /// <summary>The last moment at which the wall clock shows a time.</summary>
    public DateTimeOffset Last(DateTime wall) => Moments(wall).Last;

    private (DateTimeOffset First, DateTimeOffset Last) Moments(DateTime wall)
    {
        var utc = DateTime.SpecifyKind(wall, DateTimeKind.Utc);
        var (low, high) = (utc - s_around, utc + s_around);
        var (before, after) = (OffsetAt(low), OffsetAt(high));
        if (before == after) return Both(utc - before);
        // One change of the offset is in between: where.
        while (high - low > TimeSpan.FromTicks(1))
        {
            var middle = low + ((high - low) / 2);
            if (OffsetAt(middle) == before) low = middle;
            else high = middle;
        }
        var (old, young) = (utc - before, utc - after);
        return (old < high, young >= high) switch
        {
            (true, true) => (Of(old), Of(young)),
            (true, false) => Both(old),
            (false, true) => Both(young),
            _ => Both(high),
        };
    }

    private static (DateTimeOffset, DateTimeOffset) Both(DateTime utc) => (Of(utc), Of(utc));

    private static DateTimeOffset Of(DateTime utc) => new(utc, TimeSpan.Zero);

    private TimeSpan OffsetAt(DateTime utc) => zone.GetUtcOffset(utc);
}
