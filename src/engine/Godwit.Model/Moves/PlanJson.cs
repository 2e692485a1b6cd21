using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godwit.Model.Moves;

/// <summary>The plan as text: what a run keeps of it.</summary>
public static class PlanJson
{
    public static string Write(MovePlan plan) => JsonSerializer.Serialize(plan, PlanJsonContext.Default.MovePlan);

    /// <exception cref="JsonException">The text is not a plan of this version.</exception>
    public static MovePlan Read(string json) =>
        JsonSerializer.Deserialize(json, PlanJsonContext.Default.MovePlan) ?? throw new JsonException("the plan is empty");
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MovePlan))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
