using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Engine.Gates;
using Godwit.Engine.Journal;
using Godwit.Engine.People;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Reports;

/// <summary>A journal as it is read. What is no JSON was changed by somebody: it is left out here, and the verdict on the journal says so.</summary>
internal sealed class RunNotes
{
    private RunNotes(IReadOnlyList<RunNote> all, IReadOnlyList<GateAnswer> gates) => (All, Gates) = (all, gates);

    public IReadOnlyList<RunNote> All { get; }

    /// <summary>Every answer of a gate, the first first.</summary>
    public IReadOnlyList<GateAnswer> Gates { get; }

    public static RunNotes Of(RunRecord record)
    {
        var notes = record.Journal.Select(e => (Entry: e, Body: Read(e.Body))).Where(n => n.Body is not null).Select(n => new RunNote(n.Entry, n.Body!)).ToList();
        var planned = record.Run.Plan.Phases.SelectMany(p => p.Gates).ToDictionary(g => g.Id, StringComparer.Ordinal);
        var approvals = PhaseNames.All.ToDictionary(PeopleGate.IdOf, p => p, StringComparer.Ordinal);
        return new RunNotes(notes, [.. notes.Where(n => n.Entry.Kind == GateNote.JournalKind).Select(n => new GateAnswer(
            n, n.Text("gate"), planned.TryGetValue(n.Text("gate"), out var gate) ? gate.Kind : approvals.ContainsKey(n.Text("gate")) ? GateAnswer.Approval : "", n.Text("phase"), n.Text("state"),
            n.Text("summary"), Evidence(record, n)))]);
    }

    public IEnumerable<RunNote> OfKind(params IReadOnlyList<string> kinds) => All.Where(n => kinds.Contains(n.Entry.Kind, StringComparer.Ordinal));

    /// <summary>The answers of gates of a kind that let the run on.</summary>
    public IEnumerable<GateAnswer> Passed(params IReadOnlyList<string> kinds) => Gates.Where(g => g.Passed && kinds.Contains(g.Kind, StringComparer.Ordinal));

    /// <summary>What steps of a kind left as evidence, undone or not.</summary>
    public IEnumerable<RunNote> OfSteps(RunbookPlan plan, params IReadOnlyList<string> kinds)
    {
        var ids = plan.Phases.SelectMany(p => p.Steps).Where(s => kinds.Contains(s.Kind, StringComparer.Ordinal)).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        return All.Where(n => n.Entry.Kind is "step-applied" or "step-verified" && ids.Contains(n.Text("step")));
    }

    public static JsonObject? Read(string json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What the journal has of a gate's evidence; of a large one it has the hash alone, by which the row is recognised.</summary>
    private static JsonObject? Evidence(RunRecord record, RunNote note) =>
        note.Body["evidence"] as JsonObject
        ?? (record.Gates.FirstOrDefault(g => g.Gate == note.Text("gate") && Hash(g.Evidence) == note.Text("sha256")) is { } row ? Read(row.Evidence) : null);

    private static string? Hash(string evidence)
    {
        try
        {
            return GateNote.HashOf(evidence);
        }
        catch (Exception e) when (e is JsonException or Security.Canonical.CanonicalJsonException)
        {
            return null;
        }
    }
}

/// <param name="Body">An object, whatever it holds.</param>
internal sealed record RunNote(JournalEntry Entry, JsonObject Body)
{
    public long Number => Entry.Sequence;

    /// <summary>As text; empty where it is not there.</summary>
    public string Text(string name) => Body[name] is JsonValue value ? value.ToString() : "";

    /// <summary>The short texts of its evidence.</summary>
    public IEnumerable<KeyValuePair<string, string>> Evidence => Body["evidence"] is JsonObject evidence ? evidence.Select(e => KeyValuePair.Create(e.Key, e.Value?.ToString() ?? "")) : [];
}

/// <param name="Kind">Of the gate; empty of one that the plan does not have.</param>
/// <param name="Phase">Before which it was asked.</param>
internal sealed record GateAnswer(RunNote Note, string Id, string Kind, string Phase, string State, string Summary, JsonObject? Evidence)
{
    /// <summary>The gate that waits for the people who approve a phase.</summary>
    public const string Approval = "approval";

    public bool Passed => State == nameof(GateState.Pass);

    /// <summary>As text; empty where it is not there.</summary>
    public string Saw(string name) => Evidence?[name] is JsonValue value ? value.ToString() : "";
}
