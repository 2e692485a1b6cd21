using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;

namespace Godwit.Engine.Gates.Window;

/// <summary>A time of day on some weekdays. One that ends before it begins goes on over midnight, and belongs to the day on which it begins.</summary>
internal sealed record TimeSpanOfWeek(TimeSpan From, TimeSpan To, IReadOnlyList<DayOfWeek> Days)
{
    private static readonly string[] s_days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    public static Shape.Map Shape { get; } = new(
        new Field("from", Time(), "When it begins", Required: true),
        new Field("to", Time(), "When it ends; before `from` it is on the next day", Required: true),
        new Field("days", new Shape.List(new Shape.Choice([.. s_days[1..], s_days[0]])) { Min = 1, Max = 7 }, "On which days it begins") { Default = "[mon, tue, wed, thu, fri, sat, sun]" })
    {
        Name = "time of the week",
        Description = "A time of day on some weekdays",
    };

    public static TimeSpanOfWeek Read(JsonObject settings) => new(
        Parse(settings.Text("from")), Parse(settings.Text("to")), [.. settings.Texts("days").Select(d => (DayOfWeek)Array.IndexOf(s_days, d))]);

    /// <summary>Whether the time of a wall clock is in it: its beginning is, its end is not.</summary>
    public bool Holds(DateTime local)
    {
        var time = local.TimeOfDay;
        if (From < To) return Days.Contains(local.DayOfWeek) && time >= From && time < To;
        return (Days.Contains(local.DayOfWeek) && time >= From) || (Days.Contains((local - s_day).DayOfWeek) && time < To);
    }

    public override string ToString() => $"{Write(From)}-{Write(To)} {(Days.Count == 7 ? "every day" : string.Join(", ", Days.Select(d => s_days[(int)d])))}";

    private static Shape.Text Time() => new("([01][0-9]|2[0-3]):[0-5][0-9]|24:00") { Expected = "a time of day such as 02:00, in quotes or not", MaxLength = 5 };

    private static TimeSpan Parse(string text) =>
        new(int.Parse(text.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture), int.Parse(text.AsSpan(3, 2), NumberStyles.None, CultureInfo.InvariantCulture), 0);

    private static string Write(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}");
}
