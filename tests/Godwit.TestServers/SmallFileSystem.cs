using System.Diagnostics;

namespace Godwit.TestServers;

/// <summary>A tmpfs of a given size, for tests in which the disk fills up. Mounting takes root; elsewhere the test is skipped, saying so.</summary>
public sealed class SmallFileSystem : IDisposable
{
    private SmallFileSystem(string folder) => Folder = folder;

    public string Folder { get; }

    public long FreeBytes => new DriveInfo(Folder).AvailableFreeSpace;

    /// <param name="megabytes">A fresh cluster takes about 60 MB.</param>
    public static SmallFileSystem Mount(int megabytes)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new SkipTestException("mounting a small file system takes root");
        var folder = Directory.CreateTempSubdirectory("godwit-small-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0755", "tmpfs", folder) is { Length: > 0 } error)
        {
            Directory.Delete(folder);
            throw new SkipTestException($"mounting a small file system fails here: {error}");
        }

        return new SmallFileSystem(folder);
    }

    /// <summary>Takes the room but for so many bytes; disposing the answer gives it back.</summary>
    public IDisposable Fill(long leaveBytes)
    {
        var path = Path.Combine(Folder, $"filler-{Guid.NewGuid():N}");
        var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        var chunk = new byte[64 * 1024];
        // Asked anew each time: the server writes too.
        while (FreeBytes - leaveBytes is > 0 and var left)
        {
            stream.Write(chunk, 0, (int)Math.Min(left, chunk.Length));
            stream.Flush();
        }

        return stream;
    }

    /// <summary>From here on it takes no writes. Nobody may be writing.</summary>
    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", Folder);

    /// <summary>It is gone from its place; who has files open in it does not notice.</summary>
    public void Vanish() => Run("umount", "--lazy", Folder);

    public void Dispose()
    {
        if (Run("umount", Folder).Length > 0)
            Run("umount", "--lazy", Folder);
        Directory.Delete(Folder);
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : error.Trim() is { Length: > 0 } text ? text : $"exit code {process.ExitCode}";
    }
}
