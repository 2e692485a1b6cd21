using System.Globalization;

namespace Godwit.Engine.Processes;

/// <summary>
/// Sees to it that a command ends with its runner and in its time, whatever becomes of the runner: killed, it cannot end the command any more, and stopped it
/// does not. Two watchers are in the command's own process group: one reads a pipe whose other end only the runner holds, and reads its end when the runner
/// is gone; one sleeps for as long as the command may take. Each then kills the group, itself included. PR_SET_PDEATHSIG would end the command alone and not
/// what it has started (https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html).
/// </summary>
internal static class CommandWatch
{
    private const string Shell = "/bin/sh";

    /// <summary>
    /// Watchers of a subshell that ends at once are not the command's children, so that a command that waits for all its children does not wait for them. They
    /// outlive the request to end that the command gets first. A list in the background reads /dev/null unless it is told otherwise
    /// (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_09_03_02).
    /// </summary>
    private const string Script = """
        ( trap '' TERM INT HUP
          { read -r _ <&3; kill -s KILL 0; } >/dev/null 2>&1 &
          { exec 3<&-; command -p sleep "$1"; kill -s KILL 0; } >/dev/null 2>&1 & )
        shift
        exec 3<&-
        exec "$@"
        """;

    /// <summary>The command with its watchers.</summary>
    /// <param name="program">By its path.</param>
    /// <param name="arguments">What it is given.</param>
    /// <param name="limit">When the group is killed by itself.</param>
    public static IReadOnlyList<string> Around(string program, IEnumerable<string> arguments, TimeSpan limit) =>
        [Shell, "-c", Script, "godwit", ((long)Math.Ceiling(limit.TotalSeconds)).ToString(CultureInfo.InvariantCulture), program, .. arguments];

    /// <summary>Where a program is, by the search that a shell makes; null when it is nowhere, or is none.</summary>
    public static string? Find(string program, string folder)
    {
        if (program.Contains('/', StringComparison.Ordinal)) return IsProgram(Path.GetFullPath(program, folder)) ? Path.GetFullPath(program, folder) : null;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(p => Path.Combine(p, program)).FirstOrDefault(IsProgram);
    }

    private static bool IsProgram(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None);
}
