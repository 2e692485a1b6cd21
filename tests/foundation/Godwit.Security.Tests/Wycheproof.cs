using System.Text.Json;

namespace Godwit.Security.Tests;

/// <summary>The C2SP Wycheproof vectors beside the repository.</summary>
internal static class Wycheproof
{
    /// <summary>The groups of a file; the test is skipped where there is none.</summary>
    public static JsonElement[] Groups(string file)
    {
        var path = Upward(file);
        Assert.SkipUnless(path is not null, "shared/data/wycheproof is not beside the repository");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path!));
        return [.. document.RootElement.GetProperty("testGroups").Clone().EnumerateArray()];
    }

    public static byte[] Bytes(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);

    public static bool IsValid(JsonElement test) => test.GetProperty("result").GetString() == "valid";

    private static string? Upward(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Godwit.slnx"))) continue;
            var path = Path.Combine(folder.FullName, "..", "shared", "data", "wycheproof", file);
            return File.Exists(path) ? path : null;
        }
        return null;
    }
}
