using System.Security.Cryptography;

namespace Godwit.Engine.Backups;

/// <summary>
/// A folder for what must not stay: dumps before they are encrypted, clusters for trying out. It is locked for as long as its process lives; what a killed one left is
/// found by its lock being free, and removed by whoever comes next.
/// </summary>
public sealed class StagingFolder : IAsyncDisposable
{
    public const string Variable = "GODWIT_STAGING";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const string Prefix = "w-", LockEnding = ".lock";

    private readonly FileStream _lock;
    private readonly Func<string, Task> _release;

    private StagingFolder(string path, FileStream held, Func<string, Task> release) => (Path, _lock, _release) = (path, held, release);

    public string Path { get; }

    /// <summary>Where they are made: what the setting or <see cref="Variable"/> says, else a folder of the system's or the user's that stays over a restart.</summary>
    public static string Root(string? setting)
    {
        if ((setting ?? Environment.GetEnvironmentVariable(Variable)) is { Length: > 0 } given) return System.IO.Path.GetFullPath(given);
        if (Environment.UserName == "root") return "/var/lib/godwit/staging";
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named && System.IO.Path.IsPathRooted(named)
            ? named : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return System.IO.Path.Combine(cache, "godwit", "staging");
    }

    /// <param name="root">As <see cref="Root"/> says.</param>
    /// <param name="passable">Others may pass through to what is theirs in it, as a server's account has to.</param>
    /// <param name="release">Ends what runs in a folder, before it is removed.</param>
    public static StagingFolder Create(string root, bool passable, Func<string, Task> release)
    {
        while (true)
        {
            // Each time: somebody else may remove it while it is empty.
            Directory.CreateDirectory(root, Passable);
            var path = System.IO.Path.Combine(root, Prefix + RandomNumberGenerator.GetHexString(12, lowercase: true));
            // The lock first: a folder without one is nobody's.
            if (TryLock(path + LockEnding, FileMode.CreateNew) is not { } held) continue;
            Directory.CreateDirectory(path, passable ? Passable : Private);
            File.SetUnixFileMode(path, passable ? Passable : Private);
            return new StagingFolder(path, held, release);
        }
    }

    /// <summary>Half a minute of them.</summary>
    private const int MostAttempts = 300;

    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(100);

    /// <summary>Removes what killed processes left. Returns how many folders.</summary>
    public static async Task<int> SweepAsync(string root, Func<string, Task> release)
    {
        if (!Directory.Exists(root)) return 0;
        var removed = 0;
        var paths = Directory.EnumerateFileSystemEntries(root, Prefix + "*").Select(p => p.EndsWith(LockEnding, StringComparison.Ordinal) ? p[..^LockEnding.Length] : p).ToHashSet(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (TryLock(path + LockEnding, FileMode.OpenOrCreate) is not { } held) continue;
            await new StagingFolder(path, held, release).DisposeAsync();
            removed++;
        }
        return removed;
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Path))
        {
            await _release(Path);
            await DeleteAsync(Path);
        }
        File.Delete(Path + LockEnding);
        await _lock.DisposeAsync();
    }

    /// <summary>What a killed process had started may go on writing into the folder, or clearing it, for some seconds more.</summary>
    public static async Task DeleteAsync(string path)
    {
        for (var attempt = 1; Directory.Exists(path); attempt++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (IOException) when (attempt < MostAttempts)
            {
                await Task.Delay(s_wait, TimeProvider.System);
            }
        }
    }

    private static FileStream? TryLock(string path, FileMode mode)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = mode,
                Access = FileAccess.ReadWrite,
                // flock without waiting: the kernel gives it back when the process ends, however that happens.
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException)
        {
            // Somebody else's, who lives.
            return null;
        }
    }
}
