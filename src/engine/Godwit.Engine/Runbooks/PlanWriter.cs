using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.People;
using Godwit.Engine.Timetables;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>A plan's members, in no particular order: the canonical form has its own.</summary>
internal static class PlanWriter
{
    public static JsonObject Write(RunbookPlan plan)
    {
        var json = new JsonObject
        {
            ["format"] = RunbookPlanJson.Format,
            ["name"] = plan.Name,
            ["parameters"] = Object(plan.Parameters, v => v),
            ["roles"] = Object(plan.Roles, Texts),
            ["approvals"] = Object(plan.Approvals.Select(a => KeyValuePair.Create(PhaseNames.Of(a.Key), a.Value)), a => new JsonArray([.. a.Select(Write)])),
            ["tripwires"] = plan.Tripwires.DeepClone(),
            ["notices"] = PlanAddresses.Without(plan.Notices),
            ["keepOld"] = DurationText.Write(plan.KeepOld),
            ["phases"] = new JsonArray([.. plan.Phases.Select(Write)]),
            ["files"] = Object(plan.Files, f => new JsonObject { ["sha256"] = f.Sha256, ["text"] = f.Text }),
            [RunbookPlanJson.NotHashed] = PlanAddresses.Write(plan, Object(plan.Sources, Write)),
        };
        // When they are due may change; that a run waits for them is what people approve.
        if (TimetableDecisions.IdsOf(plan).ToList() is { Count: > 0 } decisions) json["decisions"] = Texts(decisions);
        if (plan.Rollback is { } rollback) json["rollback"] = rollback.DeepClone();
        if (plan.Backups is { } backups) json[RunbookPlanJson.NotHashed]!["backups"] = backups.DeepClone();
        Add(json, "approvalsValid", plan.ApprovalsValid == Demand.DefaultValid ? null : DurationText.Write(plan.ApprovalsValid));
        Add(json, "schema", plan.Schema);
        return json;
    }

    private static JsonNode Write(RequiredApproval approval) =>
        approval.Count == 1 ? JsonValue.Create(approval.Role) : new JsonObject { ["count"] = approval.Count, ["role"] = approval.Role };

    private static JsonObject Write(PhaseSettings phase) => new()
    {
        ["phase"] = PhaseNames.Of(phase.Phase),
        ["deadline"] = DurationText.Write(phase.Deadline),
        ["gates"] = new JsonArray([.. phase.Gates.Select(Write)]),
        ["steps"] = new JsonArray([.. phase.Steps.Select(Write)]),
    };

    private static JsonObject Write(GateSettings gate)
    {
        var json = new JsonObject { ["id"] = gate.Id, ["kind"] = gate.Kind, ["settings"] = gate.Settings.DeepClone() };
        Add(json, "title", gate.Title);
        return json;
    }

    private static JsonObject Write(StepSettings step)
    {
        var json = new JsonObject { ["id"] = step.Id, ["kind"] = step.Kind, ["settings"] = step.Settings.DeepClone() };
        Add(json, "title", step.Title);
        Add(json, "timeout", step.Timeout is { } timeout ? DurationText.Write(timeout) : null);
        Add(json, "irreversible", step.Irreversible);
        return json;
    }

    private static JsonObject Write(ValueFrom address)
    {
        var json = new JsonObject();
        Add(json, "env", address.Environment);
        Add(json, "file", address.File);
        Add(json, "path", address.Literal);
        return json;
    }

    /// <summary>What is not there is left out, so that a member that a later version adds does not change the hash of plans without it.</summary>
    private static void Add(JsonObject json, string name, string? value)
    {
        if (value is not null) json[name] = value;
    }

    private static JsonArray Texts(IReadOnlyList<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    private static JsonObject Object<T>(IEnumerable<KeyValuePair<string, T>> values, Func<T, JsonNode> write) =>
        new(values.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)write(v.Value))));
}
