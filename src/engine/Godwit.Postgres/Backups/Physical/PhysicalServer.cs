using System.Formats.Tar;
using Godwit.Engine.Backups;
using Godwit.Engine.Processes;
using Godwit.Model.Findings;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;

namespace Godwit.Postgres.Backups.Physical;

/// <summary>Lays out a physical backup as a data folder, and recovers it to a restore point with a configuration of Godwit's own: what the backed-up server archives to, listens on or preloads is not done here.</summary>
internal static class PhysicalServer
{
    public const string PointSetting = "recovery_target_name";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Decrypts and unpacks it; the folder gets `data` and `wal`.</summary>
    public static async Task UnpackAsync(BackupCopy copy, BackupPlace place, string folder, string data, CancellationToken cancellation)
    {
        var packed = Path.Combine(folder, "packed");
        Directory.CreateDirectory(packed, Private);
        Directory.CreateDirectory(Path.Combine(folder, "wal"), Private);
        Directory.CreateDirectory(data, Private);
        foreach (var file in copy.Manifest!.Files)
        {
            if (file.Name.StartsWith(PhysicalBackup.WalPrefix, StringComparison.Ordinal))
            {
                await copy.ExtractAsync(place.Key, file.Name, Path.Combine(folder, "wal", file.Name[PhysicalBackup.WalPrefix.Length..]), null, cancellation);
                continue;
            }
            var path = Path.Combine(packed, file.Name);
            await copy.ExtractAsync(place.Key, file.Name, path, null, cancellation);
            if (file.Name == "backup_manifest")
            {
                File.Move(path, Path.Combine(data, file.Name));
                continue;
            }
            await using (var tar = PhysicalBackup.OpenTar(path))
                await TarFile.ExtractToDirectoryAsync(tar, file.Name.StartsWith("pg_wal.", StringComparison.Ordinal) ? Directory.CreateDirectory(Path.Combine(data, "pg_wal"), Private).FullName : data, overwriteFiles: true, cancellation);
            File.Delete(path);
        }
        Directory.Delete(packed, recursive: true);
    }

    /// <summary>pg_verifybackup: every file by the manifest that the server wrote, and the log.</summary>
    public static async Task<BackupCheck> CheckAsync(ClientPrograms programs, string data, CancellationToken cancellation)
    {
        const string name = "files of the server (pg_verifybackup)";
        if (!await programs.HasAsync("pg_verifybackup", cancellation)) return new BackupCheck(name, null, "pg_verifybackup is not installed on this machine");
        return await programs.RunAsync("pg_verifybackup", ["--quiet", data], data, cancellation) switch
        {
            CommandEnd.Ended { ExitCode: 0 } => new BackupCheck(name, true, "all are what the server's manifest says"),
            CommandEnd.Ended ended => new BackupCheck(name, false, ended.Output.Split('\n')[0]),
            _ => new BackupCheck(name, false, "it did not come to its end"),
        };
    }

    /// <summary>A configuration under which it starts anywhere: reached over a socket of a private folder by this user, and over loopback by password.</summary>
    public static void Configure(string data, string superuser)
    {
        foreach (var stale in (string[])["standby.signal", "postmaster.pid", "postmaster.opts", "postgresql.auto.conf"]) File.Delete(Path.Combine(data, stale));
        File.WriteAllText(Path.Combine(data, "postgresql.conf"), "include '../godwit.conf'\n");
        File.WriteAllText(Path.Combine(data, "postgresql.auto.conf"), "");
        File.WriteAllText(Path.Combine(data, "pg_hba.conf"), "local all all peer map=godwit\nhost all all 127.0.0.1/32 scram-sha-256\n");
        File.WriteAllText(Path.Combine(data, "pg_ident.conf"), $"godwit {Environment.UserName} \"{superuser.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n");
        File.WriteAllText(Path.Combine(data, "recovery.signal"), "");
    }

    /// <param name="recovery">By which it gets at its log.</param>
    /// <param name="point">Up to where.</param>
    public static Dictionary<string, string> Settings(IReadOnlyDictionary<string, string> recovery, string point) => new(recovery, StringComparer.Ordinal)
    {
        ["wal_level"] = "replica",
        ["hot_standby"] = "off",
        ["archive_mode"] = "off",
        [PointSetting] = point,
        ["recovery_target_action"] = "promote",
        ["autovacuum"] = "off",
        ["max_prepared_transactions"] = "100",
        ["max_locks_per_transaction"] = "256",
        ["max_logical_replication_workers"] = "0",
    };

    /// <summary>
    /// A server that runs is not yet one that is where it should be: it has to have left recovery, and the history of its new timeline has to name the point that it stopped at
    /// (https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES).
    /// </summary>
    public static async Task MustHaveReachedAsync(PostgresTarget target, string data, string point, CancellationToken cancellation)
    {
        await using var source = target.OpenSource(new SessionSettings { RunId = "restore", Role = "look" });
        await using var connection = await source.OpenAsync(cancellation);
        await using var command = new Npgsql.NpgsqlCommand("SELECT pg_is_in_recovery()", connection);
        if (await command.ExecuteScalarAsync(cancellation) is not false) throw NotReached(point, "the server is still in recovery");
        var newest = Directory.EnumerateFiles(Path.Combine(data, "pg_wal"), "*.history").Max(StringComparer.Ordinal);
        var reason = newest is null ? "" : (await File.ReadAllLinesAsync(newest, cancellation)).LastOrDefault(l => l.Length > 0 && l[0] != '#') ?? "";
        if (!reason.Contains($"at restore point \"{point}\"", StringComparison.Ordinal)) throw NotReached(point, "the server stopped somewhere else");
    }

    public static BackupException NotReached(string point, string why) =>
        new(FindingCodes.PointNotReached, $"the restore point {point} was not reached: {why}", "`godwit backup list` shows each backup's restore point.");
}
