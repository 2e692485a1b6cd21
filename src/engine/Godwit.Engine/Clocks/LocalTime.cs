using System.Globalization;
using Godwit.Documents.Shapes;

namespace Godwit.Engine.Clocks;

/// <summary>Times of a wall clock as runbooks write them: <c>2026-11-24</c>, <c>2026-11-24T01:30</c>, <c>01:30</c>.</summary>
public static class LocalTime
{
    private const string Date = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", Time = "([01][0-9]|2[0-3]):[0-5][0-9]";

    private static readonly string[] s_formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm"];

    public static Shape.Text DateText { get; } = new(Date) { Expected = "a day such as 2026-11-24", MaxLength = 10 };

    public static Shape.Text Text { get; } = new($"{Date}([T ]{Time})?") { Expected = "a day such as 2026-11-24, or a time such as 2026-11-24T01:30", MaxLength = 16 };

    public static Shape.Text DayTime { get; } = new($"{Time}|24:00") { Expected = "a time of day such as 02:00, in quotes or not", MaxLength = 5 };

    /// <summary>Null when there is no such day.</summary>
    public static DateTime? TryParse(string? text) => DateTime.TryParseExact(text, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    public static TimeSpan OfDay(string text) =>
        new(int.Parse(text.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture), int.Parse(text.AsSpan(3, 2), NumberStyles.None, CultureInfo.InvariantCulture), 0);

    /// <summary>Of a moment in a zone, for people.</summary>
    public static string Show(DateTimeOffset moment, ZoneClock clock) => $"{clock.WallClock(moment).ToString("ddd yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} {clock.Zone.Id}";
}
