using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Model.Runbooks;
using Godwit.Security.Canonical;

namespace Godwit.Engine.Runbooks;

/// <summary>What a step does, as one hash: its kind, its settings, and what its files hold.</summary>
public static class StepContent
{
    /// <returns>SHA-256 in lower-case hexadecimal.</returns>
    public static string Of(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var content = new JsonObject { ["kind"] = step.Kind, ["settings"] = WithFiles(step.Settings, files) };
        return Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(content, StepContentJson.Default.JsonObject))));
    }

    /// <summary>A file counts by what it holds: renaming it changes nothing.</summary>
    private static JsonNode? WithFiles(JsonNode? node, IReadOnlyDictionary<string, PlannedFile> files) => node switch
    {
        JsonObject map => new JsonObject(map.Select(p => KeyValuePair.Create(p.Key, WithFiles(p.Value, files)))),
        JsonArray list => new JsonArray([.. list.Select(i => WithFiles(i, files))]),
        JsonValue value when value.TryGetValue<string>(out var text) && files.TryGetValue(text, out var file) => "sha256:" + file.Sha256,
        _ => node?.DeepClone(),
    };
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonObject))]
internal sealed partial class StepContentJson : System.Text.Json.Serialization.JsonSerializerContext;
