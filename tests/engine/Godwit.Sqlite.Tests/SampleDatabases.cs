namespace Godwit.Sqlite.Tests;

/// <summary>Chinook and Northwind, which lie beside the repository and are not part of it.</summary>
internal static class SampleDatabases
{
    /// <summary>The file's path; the running test is skipped, saying so, where it is missing.</summary>
    public static string Find(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Godwit.slnx"))) folder = folder.Parent;
        var found = Path.GetFullPath(Path.Combine(folder?.FullName ?? ".", "../shared/data", file));
        Assert.SkipUnless(File.Exists(found), $"{file} is not in ../shared/data beside the repository");
        return found;
    }
}
