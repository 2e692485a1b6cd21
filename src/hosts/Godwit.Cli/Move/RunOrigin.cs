using System.Text.Json;
using Godwit.Sqlite.Opening;

namespace Godwit.Cli.Move;

/// <summary>What a run's row in the target keeps of the command that began it: enough to go on from another folder, and to see whether the source is still the same.</summary>
internal sealed record RunOrigin(MoveRequest Request, SourceFingerprint Fingerprint)
{
    public string Write() => JsonSerializer.Serialize(this, RunPointerJson.Default.RunOrigin);

    public static RunOrigin Read(string json) =>
        JsonSerializer.Deserialize(json, RunPointerJson.Default.RunOrigin) ?? throw new JsonException("the run's origin is empty");
}
