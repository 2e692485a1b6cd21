using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Runbooks;
using Godwit.Security.Canonical;

namespace Godwit.Engine.Runbooks;

/// <summary>
/// A plan as JSON in canonical form (RFC 8785), and its hash. What a rehearsal has otherwise than the real run, the addresses of its databases, stands in the
/// one member that the hash leaves out.
/// </summary>
public static class RunbookPlanJson
{
    public const int Format = 1;

    private const string NotHashed = "addresses";

    /// <summary>The plan with its hash: SHA-256 of its canonical form, in lower-case hexadecimal.</summary>
    public static RunbookPlan WithHash(RunbookPlan plan) => plan with { Hash = HashOf(ToElement(PlanWriter.Write(plan))) };

    public static string Write(RunbookPlan plan) => Encoding.UTF8.GetString(CanonicalJson.Canonicalize(ToElement(PlanWriter.Write(plan))));

    /// <summary>Reads a plan and computes its hash anew.</summary>
    /// <param name="json">As <see cref="Write"/> wrote it; a database may have changed its spaces and the order of its members.</param>
    /// <exception cref="RunbookPlanException">It is damaged, or a newer program wrote it.</exception>
    public static RunbookPlan Read(string json)
    {
        try
        {
            var root = JsonNode.Parse(json) as JsonObject ?? throw new RunbookPlanException("the plan is not a JSON object");
            // Before anything else: what a later format says, this program cannot know.
            if (root.WholeOrNull("format") is not Format and var format)
                throw new RunbookPlanException($"the plan has format {format?.ToString() ?? "?"}, and this program knows {Format}; a newer godwit wrote it");
            return PlanReader.Read(root) with { Hash = HashOf(ToElement(root)) };
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or FormatException or CanonicalJsonException)
        {
            throw new RunbookPlanException("the plan is damaged: " + e.Message, e);
        }
    }

    private static string HashOf(JsonElement plan) => Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Canonicalize(plan, NotHashed)));

    private static JsonElement ToElement(JsonObject plan)
    {
        using var document = JsonDocument.Parse(plan.ToJsonString());
        return document.RootElement.Clone();
    }

    private static class PlanWriter
    {
        public static JsonObject Write(RunbookPlan plan)
        {
            var json = new JsonObject
            {
                ["format"] = Format,
                ["name"] = plan.Name,
                ["parameters"] = Object(plan.Parameters, v => v),
                ["roles"] = Object(plan.Roles, Texts),
                ["approvals"] = Object(plan.Approvals.Select(a => KeyValuePair.Create(PhaseNames.Of(a.Key), a.Value)), Texts),
                ["tripwires"] = plan.Tripwires.DeepClone(),
                ["notices"] = plan.Notices.DeepClone(),
                ["keepOld"] = DurationText.Write(plan.KeepOld),
                ["phases"] = new JsonArray([.. plan.Phases.Select(Write)]),
                ["files"] = Object(plan.Files, f => new JsonObject { ["sha256"] = f.Sha256, ["text"] = f.Text }),
                [NotHashed] = new JsonObject { ["sources"] = Object(plan.Sources, Write) },
            };
            Add(json, "schema", plan.Schema);
            return json;
        }

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

    private static class PlanReader
    {
        public static RunbookPlan Read(JsonObject plan) => new()
        {
            Name = plan.Text("name"),
            Parameters = plan.NamedTexts("parameters").ToDictionary(StringComparer.Ordinal),
            Roles = ReadTexts(plan.Map("roles")),
            Approvals = ReadTexts(plan.Map("approvals")).ToDictionary(a => ReadPhase(a.Key), a => a.Value),
            Sources = plan.Map(NotHashed).NamedMaps("sources").ToDictionary(
                s => s.Key, s => new ValueFrom(s.Value.TextOrNull("env"), s.Value.TextOrNull("file"), s.Value.TextOrNull("path")), StringComparer.Ordinal),
            Tripwires = plan["tripwires"]!.DeepClone().AsArray(),
            Notices = plan["notices"]!.DeepClone().AsArray(),
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
}
