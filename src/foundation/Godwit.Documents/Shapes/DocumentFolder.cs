namespace Godwit.Documents.Shapes;

/// <summary>The folder that a document and the files it names live in. What a document names never leads out of it, by <c>..</c> or by a symbolic link.</summary>
public sealed class DocumentFolder(string root)
{
    /// <summary>Linux follows as many (path_resolution(7)); more is a loop.</summary>
    private const int MostLinks = 40;

    /// <summary>The folder's full path.</summary>
    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    /// <summary>Looks for a file.</summary>
    /// <param name="below">The folder of the document that names it, in normal form: relative to <see cref="Root"/>, <c>/</c> between, empty for the root itself.</param>
    /// <param name="path">The path as it was written.</param>
    public FolderFile Find(string below, string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal)) return new FolderFile.Missing(path);
        if (Path.IsPathRooted(path)) return new FolderFile.Outside();
        var full = Path.GetFullPath(Path.Combine(Root, below, path));
        if (!IsBelow(full, Root)) return new FolderFile.Outside();
        var normal = Path.GetRelativePath(Root, full).Replace(Path.DirectorySeparatorChar, '/');
        if (!File.Exists(full)) return new FolderFile.Missing(normal);
        return RealPath(full) is { } real && RealPath(Root) is { } folder && IsBelow(real, folder) ? new FolderFile.Found(normal) : new FolderFile.Outside();
    }

    /// <summary>Where a file stands whose path is in normal form.</summary>
    public string FullPath(string normal) => Path.Combine(Root, normal);

    private static bool IsBelow(string path, string folder) =>
        path.StartsWith(folder.EndsWith(Path.DirectorySeparatorChar) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path with every symbolic link followed, or null when they go round in a circle.</summary>
    private static string? RealPath(string path)
    {
        var root = Path.GetPathRoot(path)!;
        var real = root;
        var parts = new Stack<string>();
        Push(path[root.Length..]);
        for (var links = 0; parts.TryPop(out var part);)
        {
            if (part is "" or ".") continue;
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? root;
                continue;
            }
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }
            if (++links > MostLinks) return null;
            if (Path.IsPathRooted(target)) real = root;
            Push(target);
        }
        return real;

        void Push(string text)
        {
            foreach (var part in text.Split(Path.DirectorySeparatorChar).Reverse()) parts.Push(part);
        }
    }
}

/// <summary>What came of looking for a file that a document names.</summary>
public abstract record FolderFile
{
    private FolderFile()
    {
    }

    /// <param name="Path">Relative to the folder, <c>/</c> between.</param>
    public sealed record Found(string Path) : FolderFile;

    /// <param name="Path">As above.</param>
    public sealed record Missing(string Path) : FolderFile;

    /// <summary>An absolute path, or one that leads out of the folder.</summary>
    public sealed record Outside : FolderFile;
}
