using System.Globalization;
using System.Text;

namespace Godwit.Engine.Processes;

/// <summary>
/// Whether commands of a runner that is gone are gone too, as far as this machine can tell: they end with it (<see cref="CommandWatch"/>), and each has its
/// runner's epoch in its environment (https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html).
/// </summary>
internal static class CommandTraces
{
    public const string EpochVariable = "GODWIT_EPOCH";

    /// <summary>This process among all that there ever were: machine and boot, namespace of process ids, id, time of start. Null where none of it can be known.</summary>
    public static string? Self { get; } = Of(Environment.ProcessId);

    /// <param name="by">The runner: its <see cref="Self"/>; null is unknown.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <returns>True when it and all its commands are known to have ended.</returns>
    public static bool AreGone(string? by, Guid epoch)
    {
        if (by is null || Self is null || by == Self) return false;
        var parts = by.Split('/');
        // What runs elsewhere, or in another container, is not seen from here.
        if (parts.Length != 4 || !by.StartsWith(string.Join('/', Self.Split('/')[..2]) + "/", StringComparison.Ordinal)) return false;
        if (!int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var process) || Of(process) == by) return false;
        var mark = Encoding.ASCII.GetBytes($"{EpochVariable}={epoch}\0");
        return !Directory.EnumerateDirectories("/proc").Any(p => char.IsAsciiDigit(Path.GetFileName(p)[0]) && Read(Path.Combine(p, "environ")).AsSpan().IndexOf(mark) >= 0);
    }

    private static string? Of(int process)
    {
        var stat = Encoding.UTF8.GetString(Read($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat"));
        var boot = Encoding.UTF8.GetString(Read("/proc/sys/kernel/random/boot_id")).Trim();
        // After the name, which may hold anything; the start is field 22 of all, in clock ticks since the boot.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (boot.Length == 0 || fields.Length < 20) return null;
        var spaces = new FileInfo("/proc/self/ns/pid").LinkTarget;
        return string.Join('/', boot, spaces, process.ToString(CultureInfo.InvariantCulture), fields[19]);
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ended meanwhile, or another user's, which no command of ours can be.
            return [];
        }
    }
}
