using System.Text.Json.Nodes;

namespace Godwit.Engine.Rollback;

/// <summary>What in a target is not as it ought to be, by names: whatever is there after a rollback and was not before it began, the run has left behind.</summary>
/// <param name="InvalidIndexes">Indexes that are not valid, ready and alive.</param>
/// <param name="OpenConstraints">Constraints that are NOT VALID.</param>
/// <param name="Triggers">Godwit's own triggers on tables that are not its own.</param>
/// <param name="SequencesBehind">Sequences whose next value is in their column already.</param>
/// <param name="Problem">Why it could not be looked at; null when it was.</param>
public sealed record TargetTraces(
    IReadOnlyList<string> InvalidIndexes, IReadOnlyList<string> OpenConstraints, IReadOnlyList<string> Triggers, IReadOnlyList<string> SequencesBehind, string? Problem = null)
{
    /// <summary>More names than that are of no more use to anybody, and an entry of the journal has its limit.</summary>
    private const int Most = 200;

    public static TargetTraces Read(JsonObject traces) => new(Texts(traces, "indexes"), Texts(traces, "constraints"), Texts(traces, "triggers"), Texts(traces, "sequences"), (string?)traces["problem"]);

    public JsonObject Write()
    {
        var json = new JsonObject { ["constraints"] = Write(OpenConstraints), ["indexes"] = Write(InvalidIndexes), ["sequences"] = Write(SequencesBehind), ["triggers"] = Write(Triggers) };
        if (Problem is not null) json["problem"] = Problem;
        return json;
    }

    private static string[] Texts(JsonObject traces, string name) => [.. (traces[name]?.AsArray() ?? []).Select(t => t!.GetValue<string>())];

    private static JsonArray Write(IReadOnlyList<string> names) => new([.. names.Take(Most).Select(n => JsonValue.Create(n))]);
}
