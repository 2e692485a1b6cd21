using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Engine.Expectations;
using Godwit.Engine.Tripwires;

namespace Godwit.Engine.Reports;

/// <summary>What was watched, what it was before the run, and what fired.</summary>
internal static class TripwirePart
{
    public static IEnumerable<ReportBlock> Of(RunRecord record)
    {
        var declared = Tripwire.Of(record.Run.Plan);
        if (declared.Count == 0) yield break;
        var rows = record.Tripwires.ToDictionary(r => r.Id, StringComparer.Ordinal);
        yield return new ReportBlock.Heading("Tripwires");
        yield return new ReportBlock.Table(["tripwire", "watched, and what is done", "in", "baseline", "looked at last", "last figure", "looked at by somebody"], [.. declared.Select(t =>
        {
            var row = rows.GetValueOrDefault(t.Id) ?? new TripwireRow(t.Id);
            return (IReadOnlyList<string>)
            [
                t.Id, t.Describe(row.Baseline?.Value), string.Join(", ", t.Phases), row.Baseline is { } baseline ? $"{Expectation.Write(baseline.Value)} ({ReportText.Count(baseline.Looks)} looks)" : "",
                ReportText.At(row.State.LookedAt), row.State.Value is { } value ? Expectation.Write(value) : "", ReportText.At(row.Fired?.SeenAt),
            ];
        })]);
        var fired = record.Journal.Where(e => e.Kind == TripwireNote.Fired).Select(e => (Entry: e, Body: Read(e.Body))).ToList();
        yield return fired.Count == 0
            ? new ReportBlock.Paragraph("None has fired.")
            : new ReportBlock.Table(["entry", "at", "tripwire", "why", "figure", "bounds", "since", "way", "what was done"], [.. fired.Select(f => (IReadOnlyList<string>)
            [
                ReportText.Count(f.Entry.Sequence), ReportText.At(f.Entry.At), $"{f.Body?["tripwire"]}", $"{f.Body?["cause"]}{(f.Body?["silence"] is { } silence ? $": {silence}" : "")}", $"{f.Body?["value"]}",
                $"{f.Body?["bounds"]}", $"{f.Body?["since"]}", $"{f.Body?["way"]}", $"{f.Body?["action"]}",
            ])]);
    }

    private static JsonObject? Read(string body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            // Somebody changed it: the verdict on the journal says so.
            return null;
        }
    }
}
