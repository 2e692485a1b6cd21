using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runs;

namespace Godwit.Engine.Reports;

/// <summary>Who decided on a rollback and by which row of the matrix, and what its checklist saw; for a run that stands, the row that holds now.</summary>
internal static class RollbackPart
{
    /// <summary>What no machine can look at.</summary>
    private static readonly string[] s_forPeople =
        ["Notify stakeholders of the rollback's completion", "Read the application's logs for errors", "Watch the error rate (below 0.5 %)", "Schedule a post-mortem", "Document why it was rolled back and what was learned"];

    public static IEnumerable<ReportBlock> Of(RunRecord record)
    {
        yield return new ReportBlock.Heading("Rollback decision");
        var matrix = RollbackMatrix.Of(record.Run.Plan);
        yield return new ReportBlock.Table(["since the switch", "data impact", "what is done", "approval of", "takes"], [.. matrix.Rows.Select(r => (IReadOnlyList<string>)
            [r.Span, RollbackRow.Word(r.Impact), r.Says, string.Join(" and ", matrix.ApproversOf(r, record.Run.Plan)), r.Takes ?? ""])]);
        if (record.Run is { RollingBack: false, State: not (RunbookState.RolledBack or RunbookState.Aborted) })
        {
            var standing = RollbackDecision.StandingOf(record.Run, null, record.Signed);
            yield return new ReportBlock.Paragraph(standing.Age is null ? $"As of this report: {standing.Since} yet." : $"As of this report the row {standing.Row.Span} holds: {RollbackDecision.Age(standing)} since {standing.Since}.");
        }
        var decided = Notes(record, RollbackDecision.JournalKind).ToList();
        if (decided.Count > 0)
        {
            yield return new ReportBlock.Table(["entry", "at", "row", "what is done", "approved by", "overridden because"], [.. decided.Select(n => (IReadOnlyList<string>)
            [
                ReportText.Count(n.Entry.Sequence), ReportText.At(n.Entry.At), $"{n.Body["row"]} since {n.Body["since"]}", $"{n.Body["action"]}",
                string.Join(", ", Objects(n.Body, "approvals").Select(a => $"{a["name"]} ({a["role"]}), {(a["statement"] is { } statement ? $"signed, {$"{statement}"[..12]}" : "unproved: as stated")}")), Overridden(n.Body),
            ])]);
        }
        var seen = Notes(record, RollbackChecklist.JournalKind).ToList();
        if (seen.Count == 0) yield break;
        yield return new ReportBlock.Heading("Rollback checklist");
        foreach (var (entry, body) in seen)
        {
            yield return new ReportBlock.Paragraph($"Gone through at {ReportText.At(entry.At)} (entry {entry.Sequence}): {(body["verified"]?.ToString() == "true" ? "it holds." : "it does NOT hold.")}");
            yield return new ReportBlock.Table(["item", "answer", "what was seen"], [.. Objects(body, "items").Select(i => (IReadOnlyList<string>)[$"{i["item"]}", $"{i["state"]}", $"{i["saw"]}"])]);
        }
        yield return new ReportBlock.Paragraph($"Left to people: {string.Join("; ", s_forPeople)}.");
    }

    private static string Overridden(JsonObject decided) =>
        (decided["missing"] as JsonArray ?? []).Select(m => $"{m}").ToList() is { Count: > 0 } missing ? $"{decided["override"]} (without {string.Join(" and ", missing)})" : $"{decided["override"]}";

    private static IEnumerable<JsonObject> Objects(JsonObject body, string name) => (body[name] as JsonArray ?? []).OfType<JsonObject>();

    private static IEnumerable<(JournalEntry Entry, JsonObject Body)> Notes(RunRecord record, string kind)
    {
        foreach (var entry in record.Journal.Where(e => e.Kind == kind))
        {
            JsonObject? body = null;
            try
            {
                body = JsonNode.Parse(entry.Body) as JsonObject;
            }
            catch (JsonException)
            {
                // Somebody changed it: the verdict on the journal says so.
                continue;
            }
            if (body is not null) yield return (entry, body);
        }
    }
}
