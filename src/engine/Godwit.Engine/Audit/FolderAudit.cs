using System.Text;
using Godwit.Documents.Shapes;

namespace Godwit.Engine.Audit;

/// <summary>Looks at all files of a folder, whether a runbook names them or not. Paths and lines are named, never what stands there.</summary>
internal static class FolderAudit
{
    private const int MostFiles = 20_000, LargestText = 4 * 1024 * 1024;

    private static readonly EnumerationOptions s_below = new() { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None, RecurseSubdirectories = false };

    public static IReadOnlyList<AuditAnswer> Look(string folder, CancellationToken cancellation)
    {
        var look = new Walk(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        try
        {
            look.Go(cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [.. FolderChecks.All.Select(c => c.NotSeen($"the folder cannot be read ({e.GetType().Name})"))];
        }
        if (look.Files > MostFiles) return [.. FolderChecks.All.Select(c => c.NotSeen($"the folder has more than {MostFiles} files"))];
        return [look.Answer(FolderChecks.Secrets), look.Answer(FolderChecks.PrivateKeys), look.Answer(FolderChecks.Writable), look.Answer(FolderChecks.Links)];
    }

    private sealed class Walk(string root)
    {
        private readonly List<(AuditCheck Check, string Subject)> _found = [];
        private readonly List<string> _unread = [];

        public int Files { get; private set; }

        public AuditAnswer Answer(AuditCheck check)
        {
            var found = check.Found([.. _found.Where(f => f.Check == check).Select(f => f.Subject)]);
            var reads = check == FolderChecks.Secrets || check == FolderChecks.PrivateKeys;
            return reads && found.State == AuditState.Holds && _unread.Count > 0 ? check.NotSeen($"cannot be read: {string.Join(", ", _unread.Take(5))}") : found;
        }

        public void Go(CancellationToken cancellation)
        {
            var folders = new Stack<DirectoryInfo>([new DirectoryInfo(root)]);
            LookAtMode(new DirectoryInfo(root), ".");
            while (folders.TryPop(out var folder))
            {
                foreach (var entry in folder.EnumerateFileSystemInfos("*", s_below))
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (++Files > MostFiles) return;
                    var path = Path.GetRelativePath(root, entry.FullName).Replace(Path.DirectorySeparatorChar, '/');
                    if (entry.LinkTarget is not null) LookAtLink(path);
                    else if (entry is DirectoryInfo below)
                    {
                        LookAtMode(below, path);
                        // Git's own folder holds compressed objects and its history, which is another's to search.
                        if (below.Name != ".git") folders.Push(below);
                    }
                    else if (entry is FileInfo file) LookAtFile(file, path);
                }
            }
        }

        private void LookAtLink(string path)
        {
            if (new DocumentFolder(root).Find("", path) is FolderFile.Outside || IsFolderOutside(path)) _found.Add((FolderChecks.Links, path));
        }

        /// <summary>A link to a folder, or to nothing, is no file, of which the above would tell.</summary>
        private bool IsFolderOutside(string path)
        {
            try
            {
                var target = new DirectoryInfo(Path.Combine(root, path)).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
                return target is not null && target != root && !target.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
            }
            catch (IOException)
            {
                // It goes round in a circle, and leads nowhere.
                return false;
            }
        }

        private void LookAtMode(FileSystemInfo entry, string path)
        {
            if ((entry.UnixFileMode & UnixFileMode.OtherWrite) != UnixFileMode.None && (entry.UnixFileMode & UnixFileMode.StickyBit) == UnixFileMode.None) _found.Add((FolderChecks.Writable, path));
        }

        private void LookAtFile(FileInfo file, string path)
        {
            LookAtMode(file, path);
            // Pipes and devices have no length; to open one may wait for ever.
            if (file.Length == 0) return;
            string text;
            try
            {
                using var stream = file.OpenRead();
                var bytes = new byte[Math.Min(file.Length, LargestText)];
                var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
                // Texts of people hold no NUL; in what is compressed or compiled a match means nothing.
                if (bytes.AsSpan(0, Math.Min(read, 8192)).Contains((byte)0)) return;
                text = Encoding.UTF8.GetString(bytes, 0, read);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _unread.Add(path);
                return;
            }
            foreach (var line in SecretText.Find(text)) _found.Add((FolderChecks.Secrets, $"{path}:{line}"));
            const UnixFileMode Readable = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            if (SecretText.HoldsPrivateKey(text) && (file.UnixFileMode & Readable) != UnixFileMode.None) _found.Add((FolderChecks.PrivateKeys, path));
        }
    }
}
