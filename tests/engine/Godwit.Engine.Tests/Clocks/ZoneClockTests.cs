using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Clocks;

namespace Godwit.Engine.Tests.Clocks;

public sealed class ZoneClockTests
{
    /// <summary>Changes by an hour, by half an hour, twice around Ramadan, by a whole day, and none.</summary>
    private static readonly string[] s_zones =
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "America/Sao_Paulo", "Asia/Kolkata", "Europe/London", "Asia/Gaza", "UTC"];

    private static readonly Config s_many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static readonly Gen<(ZoneClock Clock, DateTime Wall)> s_walls =
        from zone in Gen.Elements(s_zones)
        from minutes in Gen.Choose(0, 100 * 365 * 24 * 60)
        select (new ZoneClock(TimeZoneInfo.FindSystemTimeZoneById(zone)), new DateTime(1970, 1, 1).AddMinutes(minutes));

    [Theory]
    // Skipped: the moment at which the clock skips it.
    [InlineData("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00Z", "2026-03-29T01:00Z")]
    [InlineData("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00Z", "2026-03-08T07:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30Z", "2026-10-03T15:30Z")]
    [InlineData("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00Z", "2011-12-30T10:00Z")]
    // Shown twice: a beginning is the first, an end the second.
    [InlineData("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30Z", "2026-10-25T01:30Z")]
    [InlineData("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30Z", "2026-11-01T06:30Z")]
    [InlineData("Europe/Berlin", "2026-10-25T02:00", "2026-10-25T00:00Z", "2026-10-25T01:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00Z", "2026-10-25T02:00Z")]
    [InlineData("Europe/Berlin", "2026-07-01T02:30", "2026-07-01T00:30Z", "2026-07-01T00:30Z")]
    [InlineData("UTC", "2026-03-29T02:30", "2026-03-29T02:30Z", "2026-03-29T02:30Z")]
    public void A_time_that_is_skipped_or_shown_twice_has_its_moments(string zone, string wall, string first, string last)
    {
        var clock = new ZoneClock(TimeZoneInfo.FindSystemTimeZoneById(zone));
        var time = DateTime.ParseExact(wall, "yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
        Assert.Equal((DateTimeOffset.Parse(first, CultureInfo.InvariantCulture), DateTimeOffset.Parse(last, CultureInfo.InvariantCulture)), (clock.First(time), clock.Last(time)));
    }

    [Fact]
    public void Over_a_century_the_clock_shows_a_time_at_its_moments_or_skips_it_there() => Check.One(s_many, Prop.ForAll(s_walls.ToArbitrary(), w =>
    {
        var (first, last) = (w.Clock.First(w.Wall), w.Clock.Last(w.Wall));
        if (first > last) return false;
        if (w.Clock.WallClock(first) == w.Wall) return w.Clock.WallClock(last) == w.Wall && w.Clock.WallClock(first.AddTicks(-1)) != w.Wall;
        // Skipped: a moment before it was earlier, and now it is later.
        return first == last && w.Clock.WallClock(first) > w.Wall && w.Clock.WallClock(first.AddTicks(-1)) < w.Wall;
    }));

    [Fact]
    public void Over_a_century_every_moment_is_one_of_its_wall_clock() => Check.One(s_many, Prop.ForAll(s_walls.ToArbitrary(), w =>
    {
        var moment = new DateTimeOffset(w.Wall, TimeSpan.Zero);
        var wall = w.Clock.WallClock(moment);
        return w.Clock.First(wall) == moment || w.Clock.Last(wall) == moment;
    }));
}
