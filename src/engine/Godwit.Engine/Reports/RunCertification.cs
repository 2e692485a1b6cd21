using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Engine.Certificates;
using Godwit.Engine.Gates;
using Godwit.Engine.Journal;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Reports;

/// <summary>Makes the certificate of a run that is over of what the target has of it.</summary>
public static class RunCertification
{
    /// <param name="record">The run.</param>
    /// <param name="server">Its target's version.</param>
    /// <param name="database">Its target's name.</param>
    /// <param name="toolVersion">Of the program that certifies.</param>
    /// <returns>Null when the run is not over, or its journal does not hold together: such a run is not certified.</returns>
    public static RunCertificate? Draft(RunRecord record, string server, string database, string toolVersion)
    {
        var run = record.Run;
        if (run.State is not (RunbookState.Finished or RunbookState.RolledBack) || record.Verdict.State == JournalState.Broken || record.Verdict.End.Sequence < 1) return null;
        var notes = record.Journal.Select(e => (Entry: e, Body: Parse(e.Body))).Where(n => n.Body is not null).Select(n => (n.Entry, Body: n.Body!)).ToList();
        var catalogs = notes.Where(n => n.Entry.Kind is "phase-began" or "phase-ended" or "phase-undone").Select(n => (string?)n.Body["catalog"]).OfType<string>().ToList();
        var rows = run.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var evidence = notes.Where(n => n.Entry.Kind is "step-applied" or "step-verified" or "step-undone" && n.Body["evidence"] is JsonObject)
            .ToLookup(n => (string?)n.Body["step"], n => (JsonObject)n.Body["evidence"]!, StringComparer.Ordinal);
        return new RunCertificate
        {
            ToolVersion = toolVersion,
            RunId = run.Id.ToString(),
            Runbook = run.Plan.Name,
            Plan = run.Plan.Hash,
            StartedAt = run.StartedAt,
            FinishedAt = run.EndedAt ?? run.Now,
            Verdict = run.State == RunbookState.Finished ? RunVerdict.Finished : RunVerdict.RolledBack,
            Target = new CertifiedTarget(server, database, catalogs.FirstOrDefault(), catalogs.LastOrDefault()),
            Phases = [.. run.Phases.Select(p => new CertifiedPhase(PhaseNames.Of(p.Phase), p.BeganAt, Milliseconds((p.EndedAt ?? run.Now) - p.BeganAt)))],
            Steps = [.. run.Plan.Phases.SelectMany(p => p.Steps).Select(s => Step(s, rows[s.Id], evidence[s.Id]))],
            Gates = [.. record.Gates.GroupBy(g => g.Gate, StringComparer.Ordinal).Select(g => g.Last()).Select(g => new CertifiedGate(g.Gate, PhaseNames.Of(g.Phase), g.State.ToString(), g.Summary, GateNote.HashOf(g.Evidence)))],
            Rollback = run.State == RunbookState.RolledBack ? Rollback(notes) : null,
            Statements = [.. record.Accepted.Where(a => a.Opened).GroupBy(a => a.Of, StringComparer.Ordinal).SelectMany(g => g.Where(a => a.Entry == g.Max(x => x.Entry)))
                .Select(a => new CertifiedStatement(a.Of, a.Statement.Person, a.Statement.Role, a.Statement.At, a.Statement.Kid, a.Statement.Hash))],
            Journal = new CertifiedJournal(record.Verdict.End.Sequence, record.Verdict.End.Hash),
        };
    }

    /// <param name="step">As it was planned.</param>
    /// <param name="row">As it is.</param>
    /// <param name="noted">What was seen, the latest last: that is what counts.</param>
    private static CertifiedStep Step(StepSettings step, StepRow row, IEnumerable<JsonObject> noted)
    {
        var evidence = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in noted.SelectMany(n => n)) evidence[name] = value?.ToString() ?? "";
        var state = row switch { { Carried: true } => "before", { State: StepState.Verified } => "done", { State: StepState.Pending } => "not begun", _ => row.State.ToString().ToLowerInvariant() };
        return new CertifiedStep(
            step.Id, PhaseNames.Of(row.Phase), step.Kind, state, row.Done, row is { BeganAt: { } began, EndedAt: { } ended } ? Milliseconds(ended - began) : 0, evidence);
    }

    private static CertifiedRollback? Rollback(List<(JournalEntry Entry, JsonObject Body)> notes)
    {
        if (notes.FindLast(n => n.Entry.Kind == RollbackDecision.JournalKind).Body is not { } decided) return null;
        var items = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (notes.FindLast(n => n.Entry.Kind == RollbackChecklist.JournalKind).Body is { } seen)
        {
            foreach (var item in (seen["items"] as JsonArray ?? []).OfType<JsonObject>()) items[$"{item["item"]}"] = $"{item["state"]}: {item["saw"]}";
        }
        var approvals = (decided["approvals"] as JsonArray ?? []).OfType<JsonObject>().Select(a => new CertifiedApproval($"{a["role"]}", $"{a["name"]}", (string?)a["proof"] ?? "unproved"));
        return new CertifiedRollback($"{decided["row"]} since {decided["since"]}", [.. approvals], (string?)decided["override"], items);
    }

    private static long Milliseconds(TimeSpan time) => (long)Math.Max(0, time.TotalMilliseconds);

    private static JsonObject? Parse(string body)
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
