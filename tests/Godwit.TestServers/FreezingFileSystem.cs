using System.Diagnostics;

namespace Godwit.TestServers;

/// <summary>
/// An ext4 in a file, which can be made to hang: whoever writes to it waits in the kernel, as on a network file system whose server is gone (fsfreeze(8)). Or the power goes: there is what
/// was written by then. It takes root and loop devices; elsewhere the test is skipped, saying so.
/// </summary>
public sealed class FreezingFileSystem : IDisposable
{
    private readonly string _image;
    private bool _isFrozen;

    private FreezingFileSystem(string image, string folder) => (_image, Folder) = (image, folder);

    public string Folder { get; }

    public static FreezingFileSystem Mount(int megabytes)
    {
        if (!Environment.IsPrivilegedProcess) throw new SkipTestException("mounting a file system takes root");
        var image = Path.GetTempFileName();
        using (var file = File.OpenWrite(image)) file.SetLength(megabytes * 1024L * 1024);
        if (!Run("mkfs.ext4", "-q", image))
        {
            File.Delete(image);
            throw new SkipTestException("a file system in a file cannot be made here");
        }
        return Mount(image);
    }

    /// <summary>The file system as the next start of the machine would find it if the power went now. It stays itself.</summary>
    public FreezingFileSystem CutPower()
    {
        var image = Path.GetTempFileName();
        File.Copy(_image, image, overwrite: true);
        return Mount(image);
    }

    private static FreezingFileSystem Mount(string image)
    {
        var folder = Directory.CreateTempSubdirectory("godwit-freezing-").FullName;
        if (!Run("mount", "-o", "loop", image, folder))
        {
            Directory.Delete(folder);
            File.Delete(image);
            throw new SkipTestException("a file system in a file cannot be mounted here");
        }
        return new FreezingFileSystem(image, folder);
    }

    public void Freeze()
    {
        if (!Run("fsfreeze", "--freeze", Folder)) throw new SkipTestException("a file system cannot be frozen here");
        _isFrozen = true;
    }

    public void Thaw()
    {
        if (_isFrozen) Run("fsfreeze", "--unfreeze", Folder);
        _isFrozen = false;
    }

    public void Dispose()
    {
        Thaw();
        if (!Run("umount", Folder)) Run("umount", "--lazy", Folder);
        Directory.Delete(Folder);
        File.Delete(_image);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
