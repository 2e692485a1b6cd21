using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Gates.Window;

/// <summary>Times at which a phase may begin.</summary>
public sealed class WindowGateKind : IGateKind
{
    private static readonly Shape.List s_spans = new(TimeSpanOfWeek.Shape) { Max = 100 };

    public string Name => "window";

    public string Summary => "Opens at some times of the week.";

    public Shape.Map Shape { get; } = new(
        new Field("allow", s_spans, "When the phase may begin; without it always, but for what `never` says"),
        new Field("never", s_spans, "When it may not, whatever `allow` says"),
        new Field("zone", new Shape.Text { MaxLength = 100 }, "The time zone of these times, by its IANA name, such as Europe/Berlin") { Default = "UTC" });

    public IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(gate.Settings.Text("zone"), out _))
            yield return Finding.Error(FindingCodes.KindSettings, $"This machine knows no time zone \"{gate.Settings.Text("zone")}\"", gate.At("/zone"), "Write an IANA name such as Europe/Berlin, or install tzdata.");
        if (gate.Settings.Maps("allow").Count + gate.Settings.Maps("never").Count == 0) yield return Finding.Error(FindingCodes.KindSettings, "A window needs \"allow\" or \"never\"", gate.Place);
        foreach (var key in (string[])["allow", "never"])
        {
            foreach (var (i, span) in gate.Settings.Maps(key).Index())
            {
                if (span.Text("from") == span.Text("to")) yield return Finding.Error(FindingCodes.KindSettings, "A window that ends when it begins is none", gate.At($"/{key}/{i}"), "A whole day is from 00:00 to 24:00.");
            }
        }
    }

    public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => new WindowGate(
        TimeZoneInfo.FindSystemTimeZoneById(gate.Settings.Text("zone")),
        [.. gate.Settings.Maps("allow").Select(TimeSpanOfWeek.Read)],
        [.. gate.Settings.Maps("never").Select(TimeSpanOfWeek.Read)]);
}
