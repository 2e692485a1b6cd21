using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Clocks;

namespace Godwit.Engine.Gates.Window;

/// <summary>A time of day on some weekdays. One that ends before it begins goes on over midnight, and belongs to the day on which it begins.</summary>
internal sealed record TimeSpanOfWeek(TimeSpan From, TimeSpan To, IReadOnlyList<DayOfWeek> Days)
{
    private static readonly string[] s_days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public static Shape.Map Shape { get; } = new(
        new Field("from", LocalTime.DayTime, "When it begins", Required: true),
        new Field("to", LocalTime.DayTime, "When it ends; before `from` it is on the next day", Required: true),
        new Field("days", new Shape.List(new Shape.Choice([.. s_days[1..], s_days[0]])) { Min = 1, Max = 7 }, "On which days it begins") { Default = "[mon, tue, wed, thu, fri, sat, sun]" })
    {
        Name = "time of the week",
        Description = "A time of day on some weekdays",
    };

    public static TimeSpanOfWeek Read(JsonObject settings) => new(
        LocalTime.OfDay(settings.Text("from")), LocalTime.OfDay(settings.Text("to")), [.. settings.Texts("days").Select(d => (DayOfWeek)Array.IndexOf(s_days, d))]);

    /// <summary>The one that begins on a day; null where none does.</summary>
    public Interval? On(DateTime day, ZoneClock clock) => Days.Contains(day.DayOfWeek) ? new Interval(clock.First(day + From), clock.Last((From < To ? day : day.AddDays(1)) + To)) : null;

    public override string ToString() => $"{Write(From)}-{Write(To)} {(Days.Count == 7 ? "every day" : string.Join(", ", Days.Select(d => s_days[(int)d])))}";

    private static string Write(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}");
}

/// <summary>From a moment to another, the first within it and the last not.</summary>
internal readonly record struct Interval(DateTimeOffset From, DateTimeOffset To)
{
    public bool Holds(DateTimeOffset moment) => moment >= From && moment < To;
}
