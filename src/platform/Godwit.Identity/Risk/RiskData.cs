using System.Text.Json.Nodes;

namespace Godwit.Identity.Risk;

/// <summary>A score as events and mails tell it.</summary>
internal static class RiskData
{
    /// <returns>What an event keeps: the parts, and the country; null when there is nothing to tell.</returns>
    public static JsonObject? Of(AssessedLogin assessed)
    {
        var data = new JsonObject();
        if (assessed.Score.Parts.Count > 0) data["risk"] = new JsonArray([.. assessed.Score.Parts.Select(p => (JsonNode)new JsonObject { ["name"] = p.Name, ["points"] = p.Points, ["why"] = p.Why })]);
        if (assessed.Country is { } country) data["country"] = country;
        return data.Count > 0 ? data : null;
    }

    /// <summary>The reasons, for a mail.</summary>
    public static string Sentence(RiskScore score) => string.Join("; ", score.Parts.Select(p => p.Why));
}
