using System.Security.Cryptography;
using Godwit.Journeys.Running;

namespace Godwit.Journeys.Sources;

/// <summary>A source in a folder of its own, so that whatever appears beside it is seen.</summary>
internal static class SourceFolder
{
    /// <summary>Every file's name, bytes and time of change.</summary>
    public static string Describe(string folder) => string.Join('\n', new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(f => f.Name, StringComparer.Ordinal)
        .Select(f => $"{f.Name} {f.LastWriteTimeUtc:O} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f.FullName)))}"));

    public static string Of(Journey journey) => Directory.CreateDirectory(journey.Folder.File("data")).FullName;

    public static Task<Outcome> MoveAsync(Journey journey, string file, params IReadOnlyList<string> options) =>
        journey.RunAsync(["move", "--from", file, "--to", journey.Target.Url, "--json", .. options]);

    public static Task<Outcome> VerifyAsync(Journey journey, string file) =>
        journey.RunAsync("verify", "--from", file, "--to", journey.Target.Url, "--json");
}
