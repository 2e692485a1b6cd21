using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Clocks;
using Godwit.Engine.Gates.Window;

namespace Godwit.Engine.Tests.Gates;

public sealed class WindowCalendarTests
{
    private static readonly Config s_many = Config.QuickThrowOnFailure.WithMaxTest(150);

    private static readonly DayOfWeek[] s_week = Enum.GetValues<DayOfWeek>();

    private static readonly Gen<TimeSpanOfWeek> s_span =
        from start in Gen.Choose(0, 47)
        from length in Gen.Choose(1, 40)
        from days in Gen.SubListOf(s_week)
        select new TimeSpanOfWeek(TimeSpan.FromMinutes(30 * start), TimeSpan.FromMinutes(30 * ((start + length) % 48)), days.Count == 0 ? s_week : [.. days]);

    private static readonly Gen<(WindowCalendar Calendar, DateTimeOffset Now)> s_calendar =
        from zone in Gen.Elements("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")
        from allowed in s_span.ListOf(2)
        from never in s_span.ListOf(1)
        from day in Gen.Choose(0, 100 * 365)
        from nearChange in Gen.Elements(true, false)
        from holiday in Gen.Choose(0, 6)
        from minute in Gen.Choose(0, 1439)
        let clock = new ZoneClock(TimeZoneInfo.FindSystemTimeZoneById(zone))
        let date = nearChange ? NearChange(clock, new DateTime(1975, 1, 1).AddDays(day)) : new DateTime(1975, 1, 1).AddDays(day)
        select (new WindowCalendar(clock, [.. allowed], [.. never], [date.AddDays(holiday)], [(date.AddDays(3), date.AddDays(3).AddHours(10))]), new DateTimeOffset(date.AddMinutes(minute), TimeSpan.Zero));

    [Fact]
    public void Over_a_century_of_changing_clocks_it_is_open_from_when_it_opens_until_it_closes() => Check.One(s_many, Prop.ForAll(s_calendar.ToArbitrary(), c =>
    {
        if (c.Calendar.Find(c.Now, TimeSpan.Zero) is not { } found) return true;
        // Looked at minute by minute, as somebody would who knows nothing of intervals.
        for (var moment = c.Now; moment < c.Now.AddDays(4) && moment < found.From; moment = moment.AddMinutes(10))
        {
            if (c.Calendar.WhyClosed(moment) is null) return false;
        }
        for (var moment = found.From; moment < found.To && moment < found.From.AddDays(2); moment = moment.AddMinutes(10))
        {
            if (c.Calendar.WhyClosed(moment) is not null) return false;
        }
        return found.From >= c.Now && (found.To == DateTimeOffset.MaxValue || c.Calendar.WhyClosed(found.To) is not null)
            && (found.From == c.Now || c.Calendar.WhyClosed(found.From.AddTicks(-1)) is not null);
    }));

    [Fact]
    public void What_is_found_is_as_long_as_is_needed() => Check.One(s_many, Prop.ForAll(s_calendar.ToArbitrary(), c =>
        c.Calendar.Find(c.Now, TimeSpan.FromHours(3)) is not { } found || found.To - found.From >= TimeSpan.FromHours(3)));

    [Theory]
    // 02:30 does not exist on 2026-03-29: the window opens at the moment at which it is skipped, which is 03:00.
    [InlineData("Europe/Berlin", "02:30", "06:00", "2026-03-28T20:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T04:00:00Z")]
    // 02:30 is shown twice on 2026-10-25: from the first, and to the second.
    [InlineData("Europe/Berlin", "02:30", "06:00", "2026-10-24T20:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T05:00:00Z")]
    [InlineData("Europe/Berlin", "01:00", "02:30", "2026-10-24T20:00:00Z", "2026-10-24T23:00:00Z", "2026-10-25T01:30:00Z")]
    // A window that lies within what is skipped does not open that night.
    [InlineData("Europe/Berlin", "02:10", "02:50", "2026-03-28T20:00:00Z", "2026-03-30T00:10:00Z", "2026-03-30T00:50:00Z")]
    [InlineData("UTC", "22:00", "04:00", "2026-03-28T20:00:00Z", "2026-03-28T22:00:00Z", "2026-03-29T04:00:00Z")]
    public void A_window_around_a_change_of_the_clocks_is_one_window(string zone, string from, string to, string now, string opens, string closes)
    {
        var calendar = new WindowCalendar(new ZoneClock(TimeZoneInfo.FindSystemTimeZoneById(zone)), [new TimeSpanOfWeek(LocalTime.OfDay(from), LocalTime.OfDay(to), s_week)], [], [], []);
        var found = calendar.Find(At(now), TimeSpan.Zero)!.Value;
        Assert.Equal((At(opens), At(closes)), (found.From, found.To));
    }

    [Fact]
    public void Days_that_touch_are_one_window()
    {
        var calendar = new WindowCalendar(new ZoneClock(TimeZoneInfo.Utc), [new TimeSpanOfWeek(TimeSpan.FromHours(18), TimeSpan.FromHours(24), s_week), new TimeSpanOfWeek(TimeSpan.Zero, TimeSpan.FromHours(6), s_week)], [], [], []);
        var found = calendar.Find(At("2026-01-05T19:00:00Z"), TimeSpan.Zero)!.Value;
        Assert.Equal((At("2026-01-05T19:00:00Z"), At("2026-01-06T06:00:00Z")), (found.From, found.To));
    }

    [Fact]
    public void Holidays_and_blackouts_are_left_out_and_what_never_opens_is_not_found()
    {
        var clock = new ZoneClock(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        var night = new TimeSpanOfWeek(TimeSpan.FromHours(2), TimeSpan.FromHours(6), s_week);
        var calendar = new WindowCalendar(clock, [night], [], [new DateTime(2026, 12, 25)], [(new DateTime(2026, 12, 26), new DateTime(2026, 12, 28, 4, 0, 0))]);
        var found = calendar.Find(At("2026-12-24T12:00:00Z"), TimeSpan.Zero)!.Value;
        Assert.Equal((At("2026-12-28T03:00:00Z"), At("2026-12-28T05:00:00Z")), (found.From, found.To));
        Assert.Equal("2026-12-25 is a holiday", calendar.WhyClosed(At("2026-12-25T02:00:00Z")));
        Assert.Null(new WindowCalendar(clock, [night], [new TimeSpanOfWeek(TimeSpan.Zero, TimeSpan.FromHours(24), s_week)], [], []).Find(At("2026-12-24T12:00:00Z"), TimeSpan.Zero));
    }

    /// <summary>The day before the next change of the clocks.</summary>
    private static DateTime NearChange(ZoneClock clock, DateTime day)
    {
        for (var i = 0; i < 400; i++)
        {
            if (clock.First(day.AddDays(i + 1)) - clock.First(day.AddDays(i)) != TimeSpan.FromDays(1)) return day.AddDays(i - 1);
        }
        return day;
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
