using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Tests;

/// <summary>Chinook and Northwind, which lie beside the repository and are not part of it.</summary>
public static class SharedDatabase
{
    /// <summary>Opens one of them; the test is skipped, saying so, where it is not there.</summary>
    public static SqliteConnection Open(string name)
    {
        var path = Find(name);
        Assert.SkipUnless(path is not null, $"../shared/data/{name} is not beside the repository");
        return SqliteConnection.OpenForReading(path, immutable: true);
    }

    private static string? Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", name);
            if (File.Exists(path)) return path;
        }
        return null;
    }
}
