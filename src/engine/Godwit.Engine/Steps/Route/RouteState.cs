using System.Text.Json.Nodes;

namespace Godwit.Engine.Steps.Route;

/// <summary>Where a route is, as it is kept.</summary>
/// <param name="At">Which of its weights is written; -1 before the first.</param>
/// <param name="Since">Since when, by the target's clock.</param>
/// <param name="Before">What has to be given back.</param>
/// <param name="Key">Of this way from blue to green: a later one writes the same weights, and is another effect.</param>
/// <param name="Written">How many weights were written on it.</param>
/// <param name="Blue">What blue's figures were, by the comparisons' names.</param>
/// <param name="Why">Why all traffic goes back to blue; null on the way to green.</param>
internal sealed record RouteState(int At, DateTimeOffset Since, JsonObject Before, string Key, int Written, JsonObject? Blue = null, string? Why = null)
{
    public static RouteState Read(JsonObject state) => new(
        state["at"]!.GetValue<int>(), StepMemory.ReadTime(state, "since"), state["before"]!.DeepClone().AsObject(), (string?)state["key"] ?? "", state["written"]?.GetValue<int>() ?? 0,
        state["blue"]?.DeepClone().AsObject(), (string?)state["why"]);

    public JsonObject Write() => new()
    {
        ["at"] = At, ["since"] = StepMemory.Write(Since), ["before"] = Before.DeepClone(), ["key"] = Key, ["written"] = Written, ["blue"] = Blue?.DeepClone(), ["why"] = Why,
    };

    /// <summary>Each pair of weights is an effect of its own to whoever tells them apart by their key; begun again after a crash it is the same one.</summary>
    public string KeyOf(StepContext context, RouteWeights weights) => $"{context.IdempotencyKey}-{Key}-{Written}-{weights.Green}";
}
