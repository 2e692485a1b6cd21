using System.Text.Json;
using Godwit.Engine.Steps;
using Godwit.Engine.Transforms;
using Godwit.Model.Moves;

namespace Godwit.Cli.Move;

/// <summary>What a run's row in the target keeps of the command that began it: enough to go on from another folder, and to see whether the source is still the same.</summary>
internal sealed record RunOrigin(MoveRequest Request, JsonElement Fingerprint)
{
    /// <summary>For each secret of the plan's transforms, by its variable's name, what tells whether it is the same again. Never a secret.</summary>
    public IReadOnlyDictionary<string, string>? Secrets { get; init; }

    /// <summary>The origin of a run that begins: with the checks of its secrets.</summary>
    public RunOrigin For(Guid run, MovePlan plan, IRunEnvironment environment) =>
        MoveTransforms.Checks(MoveTransforms.Of(plan), environment, run) is { Count: > 0 } checks ? this with { Secrets = checks } : this;

    public string Write() => JsonSerializer.Serialize(this, RunPointerJson.Default.RunOrigin);

    public static RunOrigin Read(string json) =>
        JsonSerializer.Deserialize(json, RunPointerJson.Default.RunOrigin) ?? throw new JsonException("the run's origin is empty");
}
