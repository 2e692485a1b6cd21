using Godwit.Engine.Backups;
using Godwit.Postgres.Backups.PgBackRest;
using Godwit.Postgres.Clusters;

namespace Godwit.Postgres.Backups.Physical;

/// <summary>Where the files of a physical backup come from.</summary>
internal interface IPhysicalFiles
{
    /// <summary>Lays the server's files out in <c>data</c> of a place, and makes ready what <see cref="Recovery"/> needs.</summary>
    /// <returns>How it was seen that they are what was backed up.</returns>
    /// <exception cref="BackupException">They are not there, or not what they were.</exception>
    Task<BackupCheck> LayOutAsync(ClusterPlace place, ServerAccount account, CancellationToken cancellation);

    /// <summary>Settings by which the server gets at its log.</summary>
    /// <param name="place">Where it was laid out.</param>
    /// <param name="point">The restore point that it recovers to.</param>
    IReadOnlyDictionary<string, string> Recovery(ClusterPlace place, string point);

    public static IPhysicalFiles Of(BackupCopy copy, BackupPlace backups, TimeProvider time) =>
        copy.Manifest!.PgBackRest is { } kept ? new PgBackRestFiles(PgBackRestProgram.Of(kept, backups, time), kept, copy.Manifest.RestorePoint!) : new BaseBackupFiles(copy, backups, time);
}
