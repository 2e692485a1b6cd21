using Godwit.Engine.Rehearsals;
using Godwit.Model.Findings;

namespace Godwit.Cli.Rehearsals;

/// <summary>Whether a copy fits where it is to go.</summary>
internal static class RehearsalSpace
{
    /// <summary>The copy, what a run adds to it, and its log.</summary>
    private const double Factor = 3;

    /// <summary>An empty server and its log.</summary>
    private const long Least = 400L * 1024 * 1024;

    /// <exception cref="RehearsalException">It does not.</exception>
    public static void Check(string staging, long database)
    {
        Directory.CreateDirectory(staging);
        var needed = (long)(database * Factor) + Least;
        if (new DriveInfo(staging).AvailableFreeSpace is var free && free >= needed) return;
        throw new RehearsalException(
            FindingCodes.RehearsalNoSpace, $"a rehearsal needs about {Size(needed)} in {staging}, {Factor} times the {Size(database)} of the database and {Size(Least)} for its server, and {Size(free)} are free",
            "Name a folder with more room under `backups: staging:` of the runbook, or in GODWIT_STAGING.");
    }

    private static string Size(long bytes) => $"{bytes / 1024.0 / 1024:N0} MB";
}
