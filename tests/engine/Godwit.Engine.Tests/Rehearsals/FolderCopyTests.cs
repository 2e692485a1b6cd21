using System.Diagnostics;
using Godwit.Engine.Rehearsals;

namespace Godwit.Engine.Tests.Rehearsals;

public sealed class FolderCopyTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("godwit-copy-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Links_are_followed_and_what_is_no_file_is_left_out()
    {
        var (from, to, outside) = (Path.Combine(_root, "from"), Path.Combine(_root, "to"), Path.Combine(_root, "outside.conf"));
        Directory.CreateDirectory(Path.Combine(from, "sub"));
        Directory.CreateDirectory(Path.Combine(from, ".git"));
        File.WriteAllText(outside, "production");
        File.WriteAllText(Path.Combine(from, "sub", "a.sql"), "SELECT 1");
        File.WriteAllText(Path.Combine(from, ".git", "config"), "");
        File.WriteAllText(Path.Combine(from, "left.db"), "");
        File.CreateSymbolicLink(Path.Combine(from, "link.conf"), outside);
        File.CreateSymbolicLink(Path.Combine(from, "nowhere"), Path.Combine(_root, "none"));
        using (var made = Process.Start("mkfifo", [Path.Combine(from, "pipe")])) made.WaitForExit();

        FolderCopy.Make(from, to, new HashSet<string>([Path.Combine(from, "left.db")], StringComparer.Ordinal));

        Assert.Equal(["link.conf", "sub/a.sql"], Directory.EnumerateFiles(to, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(to, f)).Order(StringComparer.Ordinal));
        File.WriteAllText(Path.Combine(to, "link.conf"), "rehearsed");
        Assert.Equal("production", File.ReadAllText(outside));
    }

    [Fact]
    public void A_loop_of_links_is_told_and_not_followed_for_ever()
    {
        var from = Path.Combine(_root, "loop");
        Directory.CreateDirectory(from);
        File.CreateSymbolicLink(Path.Combine(from, "again"), from);
        Assert.Contains("deeper than", Assert.Throws<RehearsalException>(() => FolderCopy.Make(from, Path.Combine(_root, "to"), new HashSet<string>())).Message, StringComparison.Ordinal);
    }
}
