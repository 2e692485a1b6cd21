using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.People;
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
        Approvals = plan.Map("approvals").ToDictionary(a => ReadPhase(a.Key), a => (IReadOnlyList<RequiredApproval>)[.. a.Value!.AsArray().Select(ReadApproval)]),
        ApprovalsValid = plan.DurationOrNull("approvalsValid") ?? Demand.DefaultValid,
        Sources = plan.Map(RunbookPlanJson.NotHashed).NamedMaps("sources").ToDictionary(
            s => s.Key, s => new ValueFrom(s.Value.TextOrNull("env"), s.Value.TextOrNull("file"), s.Value.TextOrNull("path")), StringComparer.Ordinal),
        Tripwires = plan["tripwires"]!.DeepClone().AsArray(),
        Notices = PlanAddresses.Join(plan["notices"]!.DeepClone().AsArray(), plan.Map(RunbookPlanJson.NotHashed)),
        Mail = plan.Map(RunbookPlanJson.NotHashed).MapOrNull("mail")?.DeepClone().AsObject(),
        OnCall = plan.Map(RunbookPlanJson.NotHashed).MapOrNull("oncall")?.DeepClone().AsObject(),
        Timetable = plan.Map(RunbookPlanJson.NotHashed).MapOrNull("timetable")?.DeepClone().AsObject(),
        Rollback = plan.MapOrNull("rollback")?.DeepClone().AsObject(),
        Backups = plan.Map(RunbookPlanJson.NotHashed).MapOrNull("backups")?.DeepClone().AsObject(),
        PersonalData = plan.Map(RunbookPlanJson.NotHashed).MapOrNull("personalData")?.DeepClone().AsObject(),
        KeepOld = plan.Duration("keepOld"),
        Phases = [.. plan.Maps("phases").Select(ReadPhase).Select(p => p with { Estimate = plan.Map(RunbookPlanJson.NotHashed).MapOrNull("estimates")?.DurationOrNull(PhaseNames.Of(p.Phase)) })],
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

    /// <summary>A role alone is one person in it.</summary>
    private static RequiredApproval ReadApproval(JsonNode? approval) =>
        approval is JsonObject counted ? new RequiredApproval(counted.Text("role"), (int)counted.Whole("count")) : new RequiredApproval(approval!.GetValue<string>());

    private static Dictionary<string, IReadOnlyList<string>> ReadTexts(JsonObject map) =>
        map.ToDictionary(m => m.Key, m => map.Texts(m.Key), StringComparer.Ordinal);

    private static Phase ReadPhase(string name) => PhaseNames.Find(name) ?? throw new FormatException("an unknown phase");
}
