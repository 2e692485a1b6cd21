using Godwit.Engine.Files;
using Godwit.Model.Findings;

namespace Godwit.Engine.Rehearsals;

/// <summary>A runbook's folder for one rehearsal: what steps write there lands in the copy. Links are followed, so that nothing in the copy leads out of it.</summary>
public static class FolderCopy
{
    public const int MostFiles = 20_000;

    public const long MostBytes = 512L * 1024 * 1024;

    private const int Deepest = 32;

    private static readonly HashSet<string> s_leftOut = new(StringComparer.Ordinal) { ".git", "node_modules" };

    /// <param name="from">The runbook's.</param>
    /// <param name="to">A folder that is not there yet.</param>
    /// <param name="without">Files and folders by their whole paths: databases, which are copied otherwise, backups.</param>
    /// <exception cref="RehearsalException">It is too large, or cannot be read.</exception>
    public static void Make(string from, string to, IReadOnlySet<string> without)
    {
        var (files, bytes) = (0, 0L);
        try
        {
            Copy(from, to, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RehearsalException(FindingCodes.RehearsalFolder, $"the runbook's folder cannot be copied: {e.Message}", "A rehearsal works on a copy of it, so that no file of it changes.");
        }

        void Copy(string source, string target, int depth)
        {
            if (depth > Deepest) throw new IOException($"{source} is deeper than {Deepest} folders");
            Directory.CreateDirectory(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            foreach (var entry in new DirectoryInfo(source).EnumerateFileSystemInfos())
            {
                if (s_leftOut.Contains(entry.Name) || without.Contains(entry.FullName)) continue;
                var place = Path.Combine(target, entry.Name);
                // A link to a folder counts as one, a link to nowhere as nothing.
                if (Directory.Exists(entry.FullName)) Copy(entry.FullName, place, depth + 1);
                else if (PlainFiles.IsPlain(entry.FullName)) CopyFile(entry.FullName, place);
            }
        }

        void CopyFile(string source, string target)
        {
            var length = new FileInfo(source).ResolveLinkTarget(returnFinalTarget: true) is FileInfo final ? final.Length : new FileInfo(source).Length;
            if (++files > MostFiles || (bytes += length) > MostBytes)
                throw new IOException($"it holds more than {MostFiles} files or {MostBytes / 1024 / 1024} MB: a runbook has a folder of its own");
            File.Copy(source, target);
            File.SetUnixFileMode(target, File.GetUnixFileMode(target) | UnixFileMode.UserWrite);
        }
    }
}
