using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Route;

/// <summary>One weight on the way, how long it is watched, and what green and blue are compared by meanwhile.</summary>
internal sealed record RouteWeight(RouteWeights Weights, TimeSpan Hold, IReadOnlyList<RouteComparison> Analysis)
{
    public static Shape.Map Shape { get; } = new(
        new Field("green", new Shape.Whole(0, 100), "Green's share in percent; blue has the rest", Required: true),
        new Field("hold", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromDays(7)), "How long this one is watched, instead of the step's `hold`"),
        new Field("analysis", new Shape.List(RouteComparison.Shape) { Max = 50 }, "What is compared at this one, instead of the step's `analysis`"))
    {
        Short = "green",
        Name = "weight",
        Description = "One weight on the way from blue to green",
    };

    /// <param name="item">In normal form; a plan of an older program has the number alone.</param>
    /// <param name="hold">The step's.</param>
    /// <param name="analysis">The step's.</param>
    /// <param name="files">The plan's.</param>
    public static RouteWeight Read(JsonNode item, TimeSpan hold, IReadOnlyList<RouteComparison> analysis, IReadOnlyDictionary<string, PlannedFile> files) => item is JsonObject own
        ? new(new RouteWeights((int)own.Whole("green")), own.DurationOrNull("hold") ?? hold, own.Has("analysis") ? [.. own.Maps("analysis").Select(a => RouteComparison.Read(a, files))] : analysis)
        : new(new RouteWeights((int)item.GetValue<long>()), hold, analysis);
}
