using System.Globalization;
using Godwit.Engine.Backups;
using Godwit.Engine.Backups.PgBackRest;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups.Physical;
using Godwit.Postgres.Clusters;

namespace Godwit.Postgres.Backups.PgBackRest;

/// <summary>Files that <c>pgbackrest restore</c> brings, each compared with the checksum that pgBackRest noted; the log comes from its archive, and so may any later restore point.</summary>
internal sealed class PgBackRestFiles(PgBackRestProgram program, PgBackRestCopy copy, string point) : IPhysicalFiles
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public async Task<BackupCheck> LayOutAsync(ClusterPlace place, ServerAccount account, CancellationToken cancellation)
    {
        var stanza = await program.InfoAsync(FindingCodes.RestoreFailed, cancellation);
        if (!stanza.Backups.Any(b => b.Label == copy.Label))
            throw new BackupException(FindingCodes.BackupChanged, $"stanza {copy.Stanza} of pgBackRest does not have {copy.Label}: {(stanza.IsWell ? "its retention has let it go" : stanza.Message)}", "Take a new one, and have pgBackRest keep more of them (repo1-retention-full).");
        foreach (var folder in (string[])[place.Data, Locks(place)])
        {
            Directory.CreateDirectory(folder, Private);
            account.Own(folder);
        }
        await program.MustRunAsync(["restore", $"--set={copy.Label}", "--archive-mode=off", .. Options(place)], FindingCodes.RestoreFailed, cancellation);
        return new BackupCheck("files of the server (pgbackrest restore)", true, $"all of {copy.Label} have the checksum that pgBackRest noted");
    }

    public IReadOnlyDictionary<string, string> Recovery(ClusterPlace place, string goal)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["restore_command"] = program.RestoreCommand([.. Options(place), "--no-archive-async"]) };
        // Its own point is on the timeline that it was named on, whatever was promoted since; for others, the newest is followed.
        if (goal == point) settings["recovery_target_timeline"] = copy.Timeline.ToString(CultureInfo.InvariantCulture);
        return settings;
    }

    /// <summary>The scratch server's own folder and locks: pgBackRest works on the stanza meanwhile as it did before. Its configuration may name another host as the server's, and this one is here.</summary>
    private static IEnumerable<string> Options(ClusterPlace place) => [$"--pg1-path={place.Data}", "--reset-pg1-host", $"--lock-path={Locks(place)}", "--log-level-file=off"];

    private static string Locks(ClusterPlace place) => Path.Combine(place.Home, "locks");
}
