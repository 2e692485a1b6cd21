using System.Text.Json.Nodes;

namespace Godwit.Engine.Steps.Observe;

/// <summary>Where an observation is, as it is kept: by the target's clock, so that it goes on where it was.</summary>
/// <param name="Began">When it began.</param>
/// <param name="Passed">How many of its times are done.</param>
/// <param name="Samples">How often it has looked between them.</param>
/// <param name="Saw">What the last look saw, in a few words.</param>
/// <param name="Seen">Warnings that a person was stopped for, by their names: they stop nobody again until they have been gone.</param>
internal sealed record ObservationState(DateTimeOffset Began, int Passed, long Samples, IReadOnlyList<string> Seen, string? Saw = null)
{
    public static ObservationState Read(JsonObject state) => new(
        StepMemory.ReadTime(state, "began"),
        state["passed"]!.GetValue<int>(),
        state["samples"]!.GetValue<long>(),
        [.. state["seen"]!.AsArray().Select(s => s!.GetValue<string>())],
        (string?)state["saw"]);

    public JsonObject Write() => new()
    {
        ["began"] = StepMemory.Write(Began),
        ["passed"] = Passed,
        ["samples"] = Samples,
        ["saw"] = Saw,
        ["seen"] = new JsonArray([.. Seen.Select(s => JsonValue.Create(s))]),
    };
}
