using Godwit.Engine.Backups;
using Godwit.Postgres.Clusters;

namespace Godwit.Postgres.Backups.Physical;

/// <summary>Files that pg_basebackup took, and the log up to the restore point beside them: decrypted out of a copy of Godwit's own.</summary>
internal sealed class BaseBackupFiles(BackupCopy copy, BackupPlace backups, TimeProvider time) : IPhysicalFiles
{
    public async Task<BackupCheck> LayOutAsync(ClusterPlace place, ServerAccount account, CancellationToken cancellation)
    {
        await PhysicalServer.UnpackAsync(copy, backups, place.Home, place.Data, cancellation);
        var check = await PhysicalServer.CheckAsync(new ClientPrograms(copy.Manifest!.Origin.Version / 10_000, [], time), place.Data, cancellation);
        foreach (var file in Directory.EnumerateFiles(Log(place)).Append(Log(place))) account.Own(file);
        return check;
    }

    public IReadOnlyDictionary<string, string> Recovery(ClusterPlace place, string point) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["restore_command"] = $"cp \"{Log(place).Replace("%", "%%", StringComparison.Ordinal)}/%f\" \"%p\"",
    };

    private static string Log(ClusterPlace place) => Path.Combine(place.Home, "wal");
}
