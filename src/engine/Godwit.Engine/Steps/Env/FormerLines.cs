using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Engine.Files;

namespace Godwit.Engine.Steps.Env;

/// <summary>
/// The lines that variables had before, in a file beside the one that was changed, with its owner and for its owner only: they hold passwords, which neither the run's rows nor its journal may.
/// </summary>
internal static class FormerLines
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Where they are: another name for every step of every run.</summary>
    public static string PathOf(string file, StepContext context) =>
        $"{file}.before-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{context.Run:N}/{context.Step.Id}")).AsSpan(0, 6))}";

    /// <summary>Null when there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="JsonException">It is not what was written.</exception>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>?> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) return null;
        if (JsonNode.Parse(await File.ReadAllTextAsync(path, cancellation)) is not JsonObject kept) throw new JsonException("it is no object");
        return kept.ToDictionary(v => v.Key, v => (IReadOnlyList<string>)[.. (v.Value as JsonArray ?? throw new JsonException("it holds no lines")).Select(l => l!.GetValue<string>())], StringComparer.Ordinal);
    }

    /// <summary>Writes them, to the disk, before anything is changed.</summary>
    public static async Task WriteAsync(string path, string file, IReadOnlyDictionary<string, IReadOnlyList<string>> lines, CancellationToken cancellation)
    {
        var kept = new JsonObject();
        foreach (var (name, former) in lines) kept[name] = new JsonArray([.. former.Select(l => JsonValue.Create(l))]);
        await SwitchFile.WriteAsync(path, Encoding.UTF8.GetBytes(kept.ToJsonString()), cancellation, OwnerOnly);
        if (FileIdentity.Of(file) is { } owner && (owner with { Mode = OwnerOnly }).GiveTo(path) is { } why) throw new IOException($"{path} could not be given to the owner of {file}: {why}");
    }
}
