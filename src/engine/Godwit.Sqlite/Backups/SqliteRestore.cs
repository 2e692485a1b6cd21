using System.Globalization;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Security.Files;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Backups;

/// <summary>Puts a SQLite database back: under a draft name, compared, then renamed to where it belongs.</summary>
public static class SqliteRestore
{
    /// <param name="backup">Verified.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="request">How.</param>
    /// <param name="cancellation">Stops, and leaves what was there.</param>
    /// <exception cref="BackupException">It was refused, or failed: what was there is as it was.</exception>
    public static async Task<RestoreMade> RunAsync(StoredBackup backup, string path, RestoreRequest request, CancellationToken cancellation)
    {
        path = Path.GetFullPath(path);
        if (backup.Verification is null) throw new BackupException(FindingCodes.BackupUnverified, $"backup {backup.Name} is not verified", $"`godwit backup verify {backup.Name}` first.");
        var exists = File.Exists(path);
        if (exists && request.Replace is null) throw new BackupException(FindingCodes.RestoreRefused, $"{path} is there already", "Say why it may be replaced: --replace REASON. It is kept under another name.");
        // A log that lies beside it belongs to the old file; SQLite would play it into the new one.
        if (((string[])["-wal", "-journal"]).FirstOrDefault(e => new FileInfo(path + e) is { Exists: true, Length: > 0 }) is { } ending)
            throw new BackupException(FindingCodes.RestoreRefused, $"{path}{ending} lies beside it: the database is in use, or was not closed", "Stop what uses it, open it once with sqlite3, and close it.");
        var began = request.Time.GetTimestamp();
        var whole = await FindWholeAsync(backup, cancellation);
        MustHaveKey(whole, request.Place);
        var draft = $"{path}.godwit-restore";
        try
        {
            File.Delete(draft);
            await whole.ExtractAsync(request.Place.Key, SqliteBackup.File, draft, null, cancellation);
            IReadOnlyList<BackupCheck> checks;
            using (var restored = SqliteConnection.OpenForReading(draft, immutable: true)) checks = Compare(restored, whole.Manifest!, request.Place, cancellation);
            if (checks.FirstOrDefault(c => c.Holds == false) is { } wrong) throw new BackupException(FindingCodes.BackupNotVerified, $"what was restored is not what the backup says, {wrong.Name}: {wrong.Saw}", "Nothing was replaced.");
            string? former = null;
            if (exists && !request.DropFormer)
            {
                former = $"{path}.before-{request.Time.GetUtcNow().UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}";
                // A second name first, so that at no moment there is no database.
                File.Copy(path, former);
            }
            using (var stream = new FileStream(draft, FileMode.Open, FileAccess.ReadWrite)) stream.Flush(flushToDisk: true);
            File.Move(draft, path, overwrite: true);
            FolderSync.Flush(Path.GetDirectoryName(path)!);
            return new RestoreMade(path, former, request.Time.GetElapsedTime(began), checks, []);
        }
        catch (IOException e)
        {
            throw new BackupException(FindingCodes.RestoreFailed, $"{path} could not be restored: {e.Message}", "Nothing was replaced.");
        }
        finally
        {
            File.Delete(draft);
        }
    }

    internal static void MustHaveKey(BackupCopy copy, BackupPlace place)
    {
        if (copy.Manifest!.Key != place.Key.Id)
            throw new BackupException(FindingCodes.BackupKeyMissing, $"backup {copy.Name} was encrypted with key {copy.Manifest.Key}, and the one at hand is {place.Key.Id}", "Name the key that it was encrypted with.");
    }

    internal static IReadOnlyList<BackupCheck> Compare(SqliteConnection restored, BackupManifest manifest, BackupPlace place, CancellationToken cancellation)
    {
        try
        {
            var integrity = restored.QueryText("PRAGMA integrity_check") ?? "no answer";
            var found = SqliteRows.CountObjects(restored);
            var objects = manifest.Objects.Keys.Union(found.Keys, StringComparer.Ordinal).Where(k => manifest.Objects.GetValueOrDefault(k) != found.GetValueOrDefault(k)).Select(k => $"{found.GetValueOrDefault(k)} of {k} instead of {manifest.Objects.GetValueOrDefault(k)}").ToList();
            return
            [
                new BackupCheck("integrity_check", integrity == "ok", integrity == "ok" ? integrity : "it found damage"),
                BackupTrial.CompareRows(manifest.Tables, SqliteRows.Read(restored, place.Key, manifest.Id, cancellation)),
                BackupTrial.Check("objects", objects, string.Join(", ", found.Select(f => $"{f.Value} of {f.Key}"))),
            ];
        }
        catch (SqliteException e)
        {
            return [new BackupCheck("integrity_check", false, e.Message)];
        }
    }

    private static async Task<BackupCopy> FindWholeAsync(StoredBackup backup, CancellationToken cancellation)
    {
        foreach (var copy in backup.Copies)
        {
            if (copy.ManifestHash == backup.Verification!.Manifest && (await copy.CheckFilesAsync(null, cancellation)).Count == 0) return copy;
        }
        throw new BackupException(FindingCodes.BackupChanged, $"no copy of backup {backup.Name} is whole");
    }
}
