using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Clocks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Gates.Window;

/// <summary>Times at which a phase may begin.</summary>
public sealed class WindowGateKind : IGateKind
{
    public const string KindName = "window";

    private static readonly Shape.List s_spans = new(TimeSpanOfWeek.Shape) { Max = 100 };

    private static readonly Shape.Map s_blackout = new(
        new Field("from", LocalTime.Text, "When it begins", Required: true),
        new Field("to", LocalTime.Text, "When it ends; a day alone is its beginning", Required: true))
    {
        Name = "blackout",
        Description = "A time in which nothing begins",
    };

    public string Name => KindName;

    public string Summary => "Opens at some times of the week.";

    public Shape.Map Shape { get; } = new(
        new Field("allow", s_spans, "When the phase may begin; without it always, but for what `never` says"),
        new Field("never", s_spans, "When it may not, whatever `allow` says"),
        new Field("holidays", new Shape.List(LocalTime.DateText) { Max = 1000 }, "Days on which it may not, from midnight to midnight"),
        new Field("blackouts", new Shape.List(s_blackout) { Max = 200 }, "Other times in which it may not, such as a sale"),
        new Field("zone", new Shape.Text { MaxLength = 100 }, "The time zone of these times, by its IANA name, such as Europe/Berlin") { Default = "UTC" },
        new Field("fits", new Shape.Number(0, 100), "How many times what the phase is estimated to take has to fit into what is left of the window; 0 asks for nothing") { Default = "0" },
        new Field("phases", new Shape.List(new Shape.Choice([.. PhaseNames.All.Select(PhaseNames.Of)])) { Min = 1, Max = 6 }, "The phases that have to fit together; without it the gate's own"),
        new Field("wait", new Shape.Flag(), "Whether the run waits until it opens, instead of pausing") { Default = "false" },
        new Field("hard", new Shape.Flag(), "Whether the phase pauses when the window ends while it is under way") { Default = "false" });

    public IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = gate.Settings;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(settings.Text("zone"), out _))
            yield return Wrong($"This machine knows no time zone \"{settings.Text("zone")}\"", gate.At("/zone"), "Write an IANA name such as Europe/Berlin, or install tzdata.");
        if (settings.Maps("allow").Count + settings.Maps("never").Count + settings.Texts("holidays").Count + settings.Maps("blackouts").Count == 0) yield return Wrong("A window needs \"allow\" or \"never\"", gate.Place);
        foreach (var key in (string[])["allow", "never"])
        {
            foreach (var (i, span) in settings.Maps(key).Index())
            {
                if (span.Text("from") == span.Text("to")) yield return Wrong("A window that ends when it begins is none", gate.At($"/{key}/{i}"), "A whole day is from 00:00 to 24:00.");
                if (span.Text("from") == "24:00") yield return Wrong("A day ends at 24:00, and the next begins at 00:00", gate.At($"/{key}/{i}"));
            }
        }
        foreach (var (i, day) in settings.Texts("holidays").Index().Where(d => LocalTime.TryParse(d.Item) is null)) yield return Wrong($"\"{day}\" is no day that there is", gate.At($"/holidays/{i}"));
        foreach (var (i, blackout) in settings.Maps("blackouts").Index())
        {
            var (from, to) = (LocalTime.TryParse(blackout.Text("from")), LocalTime.TryParse(blackout.Text("to")));
            if (from is null || to is null) yield return Wrong("There is no such day", gate.At($"/blackouts/{i}"));
            else if (from >= to) yield return Wrong("A blackout that ends before it begins is none", gate.At($"/blackouts/{i}"), "A day alone is its beginning: of one day, `to` is the next.");
        }
    }

    public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = gate.Settings;
        return new WindowGate(
            new WindowCalendar(
                new ZoneClock(TimeZoneInfo.FindSystemTimeZoneById(settings.Text("zone"))), Spans(settings, "allow"), Spans(settings, "never"),
                [.. settings.Texts("holidays").Select(d => LocalTime.TryParse(d)!.Value)],
                [.. settings.Maps("blackouts").Select(b => (LocalTime.TryParse(b.Text("from"))!.Value, LocalTime.TryParse(b.Text("to"))!.Value))]),
            settings.NumberOrNull("fits") ?? 0,
            [.. settings.Texts("phases").Select(PhaseNames.Find).OfType<Phase>()],
            settings.FlagOrNull("wait") ?? false,
            settings.FlagOrNull("hard") ?? false);
    }

    private static IReadOnlyList<TimeSpanOfWeek> Spans(JsonObject settings, string key) => [.. settings.Maps(key).Select(TimeSpanOfWeek.Read)];

    private static Finding Wrong(string message, Place.InFile? place, string? remedy = null) => Finding.Error(FindingCodes.KindSettings, message, place, remedy);
}
