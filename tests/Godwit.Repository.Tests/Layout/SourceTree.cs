namespace Godwit.Repository.Tests.Layout;

/// <summary>The repository's own files: those under its root that git would keep, found by walking, so that it works without git too.</summary>
internal static class SourceTree
{
    private static readonly HashSet<string> s_notOurs = new(StringComparer.Ordinal) { "bin", "obj", ".git", ".local", ".godwit", "TestResults", "node_modules" };

    public static string Root { get; } = FindRoot();

    /// <summary>Paths from the root, with /.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> Folders => Files.SelectMany(f => f.Split('/')[..^1]).Distinct(StringComparer.Ordinal);

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static byte[] ReadBytes(string file) => File.ReadAllBytes(Path.Combine(Root, file));

    public static bool Exists(string file) => Path.Exists(Path.Combine(Root, file));

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            // In a worktree .git is a file; an editor's swap file is nobody's.
            if (Path.GetFileName(file) is not ".git" && !file.EndsWith(".swp", StringComparison.Ordinal))
                yield return file;
        }
        foreach (var below in Directory.EnumerateDirectories(folder))
        {
            if (s_notOurs.Contains(Path.GetFileName(below)) || new DirectoryInfo(below).LinkTarget is not null)
                continue;
            foreach (var file in Walk(below))
                yield return file;
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Godwit.slnx")))
                return folder.FullName;
        }
        throw new InvalidOperationException("the tests do not run inside the repository: there is no Godwit.slnx above them");
    }
}
