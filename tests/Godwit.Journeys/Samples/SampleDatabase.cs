using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Samples;

/// <summary>Chinook and Northwind, which lie beside the repository and are not part of it.</summary>
public static class SampleDatabase
{
    /// <summary>A journey from a copy of one of them; the test is skipped, saying so, where it is not there.</summary>
    public static async Task<Journey> PrepareAsync(PostgresServers servers, int version, string name)
    {
        var path = Find(name);
        Assert.SkipUnless(path is not null, $"../shared/data/{name} is not beside the repository");
        var journey = await Journey.PrepareAsync(servers, version);
        File.WriteAllBytes(journey.Folder.Source, await File.ReadAllBytesAsync(path));
        return journey;
    }

    /// <summary>Copies one of them to a place; the test is skipped, saying so, where it is not there.</summary>
    public static void Copy(string name, string to)
    {
        var path = Find(name);
        Assert.SkipUnless(path is not null, $"../shared/data/{name} is not beside the repository");
        File.WriteAllBytes(to, File.ReadAllBytes(path));
    }

    private static string? Find(string name)
    {
        for (var folder = new DirectoryInfo(RepositoryFolder.Path); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", name);
            if (File.Exists(path)) return path;
        }
        return null;
    }
}
