using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Clusters;

namespace Godwit.Postgres.Backups.Restoring;

/// <summary>Lays a physical backup out as the data folder of a server, recovered to a point and stopped.</summary>
public static class ServerRestore
{
    /// <param name="backup">Physical, and verified.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="folder">Empty, or not there yet.</param>
    /// <param name="point">A restore point in its log; null is its own.</param>
    /// <param name="note">Told what is being done.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops, and leaves nothing.</param>
    /// <exception cref="BackupException">It was refused, or the point was not reached: nothing is left in the folder.</exception>
    public static async Task<(TimeSpan Took, IReadOnlyList<BackupCheck> Checks)> RunAsync(
        StoredBackup backup, BackupPlace place, string folder, string? point, Action<string> note, TimeProvider time, CancellationToken cancellation)
    {
        folder = Path.GetFullPath(folder);
        // One that was killed may have left a server there.
        await ScratchServer.SweepAsync(place.Staging);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) throw new BackupException(FindingCodes.RestoreRefused, $"{folder} is not empty", "Name an empty folder.");
        if (backup.Verification is null) throw new BackupException(FindingCodes.BackupUnverified, $"backup {backup.Name} is not verified", $"`godwit backup verify {backup.Name}` first.");
        if (point is not null && (point.Length is 0 or > 63 || point.Any(c => char.IsControl(c)))) throw new BackupException(FindingCodes.PointNotReached, "a restore point's name has 1 to 63 characters");
        BackupCopy? whole = null;
        foreach (var copy in backup.Copies)
        {
            if (copy.ManifestHash != backup.Verification.Manifest || (await copy.CheckFilesAsync(null, cancellation)).Count > 0) continue;
            whole = copy;
            break;
        }
        if (whole is null) throw new BackupException(FindingCodes.BackupChanged, $"no copy of backup {backup.Name} is whole");
        var began = time.GetTimestamp();
        await using var standing = ScratchServer.StandFor(place.Staging, folder);
        try
        {
            var (server, checks) = await ScratchServer.RecoverAsync(whole, place, folder, point, note, time, cancellation);
            if (checks.FirstOrDefault(c => c.Holds == false) is { } wrong) throw new BackupException(FindingCodes.BackupNotVerified, $"the restored server is not what the backup says, {wrong.Name}: {wrong.Saw}", "Nothing was kept. Restore another backup.");
            var took = time.GetElapsedTime(began);
            await server.KeepAsync(cancellation);
            return (took, checks);
        }
        catch (Exception e)
        {
            await ScratchServer.RemoveAsync(folder);
            if (e is ClusterException) throw new BackupException(FindingCodes.RestoreFailed, $"backup {backup.Name} could not be restored: {e.Message}");
            throw;
        }
    }
}
