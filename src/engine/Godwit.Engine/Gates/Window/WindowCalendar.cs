using Godwit.Engine.Clocks;

namespace Godwit.Engine.Gates.Window;

/// <summary>When a window is open: what is allowed, without what is forbidden, holidays and blackouts.</summary>
internal sealed class WindowCalendar(
    ZoneClock clock, IReadOnlyList<TimeSpanOfWeek> allowed, IReadOnlyList<TimeSpanOfWeek> never, IReadOnlyList<DateTime> holidays, IReadOnlyList<(DateTime From, DateTime To)> blackouts)
{
    /// <summary>How far it is looked ahead: what is not open within a year is not going to be.</summary>
    private const int Horizon = 400;

    /// <summary>A span reaches into the day after; and where clocks go back over midnight, the moments of two days are mingled.</summary>
    private static readonly int[] s_around = [-1, 0, 1];

    public ZoneClock Clock => clock;

    /// <summary>Why it is closed at a moment; null when it is open.</summary>
    public string? WhyClosed(DateTimeOffset moment)
    {
        var day = clock.WallClock(moment).Date;
        if (holidays.Contains(day)) return $"{day:yyyy-MM-dd} is a holiday";
        if (blackouts.FirstOrDefault(b => Of(b).Holds(moment)) is { To: var end } && end != default) return $"a blackout lasts until {end:yyyy-MM-dd HH:mm}";
        if (never.FirstOrDefault(s => Holds(s, day, moment)) is { } forbidden) return $"it is within {forbidden}, when it must not begin";
        return allowed.Count == 0 || allowed.Any(s => Holds(s, day, moment)) ? null : $"it is outside of {string.Join("; ", allowed)}";
    }

    /// <summary>The open time that a moment is in, or the next that is as long as is needed; null when there is none within the horizon.</summary>
    public Interval? Find(DateTimeOffset moment, TimeSpan needed)
    {
        DateTimeOffset? open = WhyClosed(moment) is null ? moment : null;
        var day = clock.WallClock(moment).Date;
        for (var i = 0; i < Horizon; i++)
        {
            // A day's edges in their order: those of the days around it reach into it.
            var (begin, end) = (clock.First(day.AddDays(i)), clock.First(day.AddDays(i + 1)));
            foreach (var edge in s_around.SelectMany(n => EdgesOf(day.AddDays(i + n))).Where(e => e > moment && e >= begin && e < end).Distinct().Order())
            {
                var isOpen = WhyClosed(edge) is null;
                if (open is { } from && !isOpen)
                {
                    if (edge - from >= needed) return new Interval(from, edge);
                    open = null;
                }
                else if (open is null && isOpen)
                {
                    open = edge;
                }
            }
        }
        return open is { } begun ? new Interval(begun, DateTimeOffset.MaxValue) : null;
    }

    private IEnumerable<DateTimeOffset> EdgesOf(DateTime day)
    {
        foreach (var span in allowed.Concat(never))
        {
            if (span.On(day, clock) is not { } interval) continue;
            yield return interval.From;
            yield return interval.To;
        }
        if (holidays.Contains(day))
        {
            yield return clock.First(day);
            yield return clock.First(day.AddDays(1));
        }
        foreach (var blackout in blackouts)
        {
            if (blackout.From.Date == day) yield return clock.First(blackout.From);
            if (blackout.To.Date == day) yield return clock.Last(blackout.To);
        }
    }

    private bool Holds(TimeSpanOfWeek span, DateTime day, DateTimeOffset moment) =>
        s_around.Any(n => span.On(day.AddDays(n), clock)?.Holds(moment) is true);

    private Interval Of((DateTime From, DateTime To) blackout) => new(clock.First(blackout.From), clock.Last(blackout.To));
}
