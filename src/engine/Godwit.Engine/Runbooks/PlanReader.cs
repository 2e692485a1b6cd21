using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>The inverse of <see cref="PlanWriter"/>; throws what the JSON library or a missing member throws.</summary>
internal static class PlanReader
{
    public static RunbookPlan Read(JsonObject plan) => new()
    {
        Name = plan.Text("name"),
        Parameters = plan.NamedTexts("parameters").ToDictionary(StringComparer.Ordinal),
        Roles = ReadTexts(plan.Map("roles")),
        Approvals = ReadTexts(plan.Map("approvals")).ToDictionary(a => ReadPhase(a.Key), a => a.Value),
        Sources = plan.Map(RunbookPlanJson.NotHashed).NamedMaps("sources").ToDictionary(
            s => s.Key, s => new ValueFrom(s.Value.TextOrNull("env"), s.Value.TextOrNull("file"), s.Value.TextOrNull("path")), StringComparer.Ordinal),
        Tripwires = plan["tripwires"]!.DeepClone().AsArray(),
        Notices = plan["notices"]!.DeepClone().AsArray(),
        Rollback = plan.MapOrNull("rollback")?.DeepClone().AsObject(),
        Backups = plan.Map(RunbookPlanJson.NotHashed).MapOrNull("backups")?.DeepClone().AsObject(),
        KeepOld = plan.Duration("keepOld"),
        Phases = [.. plan.Maps("phases").Select(ReadPhase)],
        Files = plan.NamedMaps("files").ToDictionary(f => f.Key, f => new PlannedFile(f.Value.Text("sha256"), f.Value.Text("text")), StringComparer.Ordinal),
        Schema = plan.TextOrNull("schema"),
    };

    private static PhaseSettings ReadPhase(JsonObject phase) => new(
        ReadPhase(phase.Text("phase")), phase.Duration("deadline"), [.. phase.Maps("gates").Select(ReadGate)], [.. phase.Maps("steps").Select(ReadStep)]);

    private static GateSettings ReadGate(JsonObject gate) => new()
    {
        Id = gate.Text("id"),
        Kind = gate.Text("kind"),
        Title = gate.TextOrNull("title"),
        Settings = gate.Map("settings").DeepClone().AsObject(),
    };

    private static StepSettings ReadStep(JsonObject step) => new()
    {
        Id = step.Text("id"),
        Kind = step.Text("kind"),
        Title = step.TextOrNull("title"),
        Timeout = step.DurationOrNull("timeout"),
        Irreversible = step.TextOrNull("irreversible"),
        Settings = step.Map("settings").DeepClone().AsObject(),
    };

    private static Dictionary<string, IReadOnlyList<string>> ReadTexts(JsonObject map) =>
        map.ToDictionary(m => m.Key, m => map.Texts(m.Key), StringComparer.Ordinal);

    private static Phase ReadPhase(string name) => PhaseNames.Find(name) ?? throw new FormatException("an unknown phase");
}
