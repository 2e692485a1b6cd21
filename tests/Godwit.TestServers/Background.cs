using System.Diagnostics;
using Godwit.Postgres.Clusters;

namespace Godwit.TestServers;

/// <summary>Programs that run beside a test as the server's account.</summary>
internal static class Background
{
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it is at home.</param>
    /// <param name="log">What it says goes there.</param>
    public static Process Start(string program, IReadOnlyList<string> arguments, string folder, string log)
    {
        var (file, all) = ServerAccount.Current().Wrap(program, arguments);
        // A pipe that nobody reads would stop it one day, and its children would keep it open.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1", log, file, .. all]) { WorkingDirectory = folder, UseShellExecute = false };
        foreach (var name in (string[])["PGPASSFILE", "PGPASSWORD", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE"]) start.Environment.Remove(name);
        return Process.Start(start)!;
    }
}
