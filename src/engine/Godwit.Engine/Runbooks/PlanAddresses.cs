using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>
/// What a plan holds beside what people approve: where databases and people are, who is on call, what is expected to happen when. A rehearsal has it otherwise than the real run, and
/// somebody who swaps a shift changes nothing that a run does.
/// </summary>
internal static class PlanAddresses
{
    private const string To = "to", Mail = "mail", Link = "link";

    public static JsonObject Write(RunbookPlan plan, JsonObject sources)
    {
        var addresses = new JsonObject { ["sources"] = sources };
        Add("mail", plan.Mail);
        Add("oncall", plan.OnCall);
        Add("timetable", plan.Timetable);
        Add("personalData", plan.PersonalData);
        var estimates = plan.Phases.Where(p => p.Estimate is not null).ToList();
        if (estimates.Count > 0) addresses["estimates"] = new JsonObject(estimates.Select(p => KeyValuePair.Create(PhaseNames.Of(p.Phase), (JsonNode?)DurationText.Write(p.Estimate!.Value))));
        if (plan.Notices.Count > 0) addresses[To] = new JsonArray([.. plan.Notices.Select(n => (JsonNode)new JsonObject(n!.AsObject().Where(IsAddress).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))))]);
        return addresses;

        void Add(string name, JsonObject? value)
        {
            if (value is not null) addresses[name] = value.DeepClone();
        }
    }

    /// <summary>The notices, with nobody to send them to: that there is mail stays.</summary>
    public static JsonArray Without(JsonArray notices)
    {
        var copy = notices.DeepClone().AsArray();
        foreach (var notice in copy.OfType<JsonObject>())
        {
            if (notice[Mail] is JsonArray) notice[Mail] = new JsonArray();
            notice.Remove(Link);
        }
        return copy;
    }

    /// <summary>The inverse of both. A plan of an older program has the addresses in the notices.</summary>
    public static JsonArray Join(JsonArray notices, JsonObject addresses)
    {
        var to = addresses[To] as JsonArray ?? [];
        foreach (var (i, notice) in notices.OfType<JsonObject>().Index())
        {
            foreach (var (key, value) in i < to.Count && to[i] is JsonObject own ? own : []) notice[key] = value?.DeepClone();
        }
        return notices;
    }

    private static bool IsAddress(KeyValuePair<string, JsonNode?> member) => member.Key == Link || (member.Key == Mail && member.Value is JsonArray);
}
