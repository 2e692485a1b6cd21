namespace Godwit.Postgres.Clusters;

/// <summary>
/// postmaster.pid: process, data folder, start time, port, socket folder, one a line
/// (https://www.postgresql.org/docs/current/storage-file-layout.html).
/// </summary>
internal sealed record PostmasterFile(int ProcessId, int? Port, string? SocketFolder)
{
    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "postmaster.pid");

    public static PostmasterFile? Read(string dataFolder)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(PathIn(dataFolder));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        return lines.Length > 0 && int.TryParse(lines[0], out var pid) && pid > 0
            ? new PostmasterFile(pid, Line(3) is { } p && int.TryParse(p, out var port) ? port : null, Line(4))
            : null;

        string? Line(int index) => lines.Length > index && lines[index].Trim() is { Length: > 0 } text ? text : null;
    }

    /// <summary>
    /// The file of a server that runs on this data folder now. After a crash or a reboot the file stays, and its process id may belong to
    /// anything by then; a server's working folder is its data folder, so that is what decides.
    /// </summary>
    public static PostmasterFile? OfRunningServer(string dataFolder) =>
        Read(dataFolder) is { } file && WorksIn(file.ProcessId, dataFolder) ? file : null;

    /// <summary>Processes whose working folder is the data folder: the server, and, after it was killed, what is left of it.</summary>
    public static IEnumerable<int> ProcessesOn(string dataFolder) =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Select(name => int.TryParse(name, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && WorksIn(pid, dataFolder));

    private static bool WorksIn(int pid, string dataFolder)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").ResolveLinkTarget(returnFinalTarget: false) is { } folder
                && folder.FullName == RealPath(dataFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or another user's: not ours either way.
            return false;
        }
    }

    private static string RealPath(string folder)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(folder).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, part);
            real = new DirectoryInfo(next).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next;
        }

        return real;
    }
}
