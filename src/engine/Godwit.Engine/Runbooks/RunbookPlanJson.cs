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

    internal const string NotHashed = "addresses";

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
}
