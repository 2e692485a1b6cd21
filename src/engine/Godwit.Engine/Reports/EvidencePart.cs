using System.Text.Json.Nodes;

namespace Godwit.Engine.Reports;

/// <summary>What gates and steps saw, in full: an appendix, since it is long.</summary>
internal static class EvidencePart
{
    public static IEnumerable<ReportBlock> Of(ReportContext context)
    {
        var gates = context.Record.Gates.Select((g, i) => (Row: g, Index: i, Evidence: RunNotes.Read(g.Evidence))).Where(g => g.Evidence is { Count: > 0 }).ToList();
        var steps = context.Notes.All.Where(n => n.Entry.Kind is "step-applied" or "step-verified" or "step-undone" && n.Evidence.Any()).ToList();
        if (gates.Count == 0 && steps.Count == 0) yield break;
        yield return new ReportBlock.Heading("Evidence in full");
        foreach (var (row, index, evidence) in gates)
        {
            yield return new ReportBlock.Heading($"Gate {row.Gate}, {ReportText.AtSecond(row.At)}: {row.State}, {GatePart.Compare(context.Record, row, index)}", 2);
            yield return new ReportBlock.Facts([.. evidence!.Select(e => (IReadOnlyList<string>)[e.Key, Tell(e.Value)])]);
        }
        foreach (var step in steps)
        {
            yield return new ReportBlock.Heading($"Step {step.Text("step")}, {ReportText.AtSecond(step.Entry.At)}: {RunTelling.What(step.Entry.Kind)} (entry {ReportText.Count(step.Number)})", 2);
            yield return new ReportBlock.Facts([.. step.Evidence.Select(e => (IReadOnlyList<string>)[e.Key, e.Value])]);
        }
    }

    /// <summary>Texts as they are, all else as JSON.</summary>
    private static string Tell(JsonNode? value) => value switch
    {
        null => "",
        JsonValue text when text.TryGetValue<string>(out var plain) => plain,
        _ => value.ToJsonString(),
    };
}
