using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Clocks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Timetables;

/// <summary>A timetable, as a runbook says it.</summary>
public static class TimetableShape
{
    private static readonly Shape.Text s_line = new(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = 300 };

    private static readonly Shape.Map s_entry = new(
        new Field("at", LocalTime.DayTime, "When, by the wall clock; one that is earlier than the entry before is on the next day"),
        new Field("after", new Shape.Duration(), "When instead: so long after the first entry"),
        new Field("what", s_line, "What happens", Required: true),
        new Field("who", new Shape.List(s_line) { Max = 50 }, "Whose business it is: roles or names"),
        new Field("phase", new Shape.Choice([.. PhaseNames.All.Select(PhaseNames.Of)]), "The phase that has begun by then: tells whether it is late"),
        new Field("done", new Shape.Choice([.. PhaseNames.All.Select(PhaseNames.Of)]), "The phase that is done by then: tells whether it is late"),
        new Field("decision", new Shape.Flag(), "Whether it is a go or no-go") { Default = "false" },
        new Field("gate", new Shape.Text { MaxLength = 63 }, "The gate `attested` by which it is decided: once its time has come, no phase begins without it"))
    {
        Name = "timetable entry",
        Description = "What happens when, and whose business it is",
    };

    public static Shape.Map Shape { get; } = new(
        new Field("zone", new Shape.Text { MaxLength = 100 }, "The time zone of these times, by its IANA name") { Default = "UTC" },
        new Field("date", LocalTime.DateText, "The day of the first entry; without it the one that is nearest to the run's beginning"),
        new Field("entries", new Shape.List(s_entry) { Min = 1, Max = 200 }, "In their order", Required: true));

    /// <param name="timetable">In normal form.</param>
    /// <param name="phases">The runbook's.</param>
    /// <param name="at">Where a value was written.</param>
    public static IEnumerable<Finding> FindFaults(JsonObject timetable, IReadOnlyList<PhaseSettings> phases, Func<string, Place.InFile?> at)
    {
        var gates = phases.SelectMany(p => p.Gates).ToList();
        var boxes = gates.Where(g => g.Kind == TimetableDecisions.Kind).Select(g => g.Id).ToList();
        var zone = timetable.TextOrNull("zone") ?? "UTC";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)) yield return Wrong($"This machine knows no time zone \"{zone}\"", at("/zone"), "Write an IANA name such as Europe/Berlin, or install tzdata.");
        if (timetable.TextOrNull("date") is { } date && LocalTime.TryParse(date) is null) yield return Wrong($"\"{date}\" is no day that there is", at("/date"));
        foreach (var (i, entry) in timetable.Maps("entries").Index())
        {
            if (entry.Has("at") == entry.Has("after")) yield return Wrong("An entry needs either \"at\" or \"after\"", at($"/entries/{i}"));
            else if (i == 0 && !entry.Has("at")) yield return Wrong("The first entry needs a time of day (\"at\"): the others count from it", at("/entries/0"));
            if (entry.TextOrNull("gate") is { } gate && !boxes.Contains(gate, StringComparer.Ordinal))
            {
                var meant = Suggestion.For(gate, boxes);
                yield return Wrong(
                    gates.Exists(g => g.Id == gate) ? $"The gate {gate} is none that people attest: nobody can decide by it" : $"There is no gate {gate}", at($"/entries/{i}/gate"),
                    boxes.Count == 0 ? "Give the phase that waits for it a gate \"attested\"." : $"{(meant is null ? "" : $"Did you mean \"{meant}\"? ")}Gates that people attest: {string.Join(", ", boxes)}");
            }
            if (entry.Has("phase") && entry.Has("done")) yield return Wrong("An entry has either \"phase\" or \"done\"", at($"/entries/{i}"));
        }
    }

    private static Finding Wrong(string message, Place.InFile? place, string? remedy = null) => Finding.Error(FindingCodes.TimetableWrong, message, place, remedy);
}
