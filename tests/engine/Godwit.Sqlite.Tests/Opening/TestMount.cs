using System.Diagnostics;

namespace Godwit.Sqlite.Tests.Opening;

/// <summary>A mount of its own: a read-only folder that root meets too, or a file system with little room.</summary>
internal sealed class TestMount : IDisposable
{
    private TestMount(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Null when this user may not mount.</summary>
    public static TestMount? TryMakeReadOnly(string source) => TryMount("--bind", "-o", "ro", source);

    public static TestMount? TryMakeSmall() => TryMount("-t", "tmpfs", "-o", "size=1m", "tmpfs");

    private static TestMount? TryMount(params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("godwit-mount-").FullName;
        if (Run("mount", [.. arguments, folder])) return new TestMount(folder);
        Directory.Delete(folder);
        return null;
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (Run("umount", Folder)) Directory.Delete(Folder);
    }
}
