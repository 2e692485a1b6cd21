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
        // Of a link the file that it leads to: SQLite looks for the logs beside that one.
        if (new FileInfo(path).LinkTarget is not null) path = File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        if (backup.Verification is null) throw new BackupException(FindingCodes.BackupUnverified, $"backup {backup.Name} is not verified", $"`godwit backup verify {backup.Name}` first.");
        var exists = File.Exists(path);
        if (exists && request.Replace is null) throw new BackupException(FindingCodes.RestoreRefused, $"{path} is there already", "Say why it may be replaced: --replace REASON. It is kept under another name.");
        ReplacedDatabase.MustBeClosed(path);
        var began = request.Time.GetTimestamp();
        var whole = await FindWholeAsync(backup, cancellation);
        MustHaveKey(whole, request.Place);
        // Beside it, since only there a rename is one step; each restore has a folder of its own.
        var drafts = path + ".restoring";
        try
        {
            await StagingFolder.SweepAsync(drafts, _ => Task.CompletedTask);
            await using var staging = StagingFolder.Create(drafts, passable: false, _ => Task.CompletedTask);
            var draft = Path.Combine(staging.Path, SqliteBackup.File);
            await whole.ExtractAsync(request.Place.Key, SqliteBackup.File, draft, null, cancellation);
            IReadOnlyList<BackupCheck> checks;
            using (var restored = SqliteConnection.OpenForReading(draft, immutable: true)) checks = Compare(restored, whole.Manifest!, request.Place, cancellation);
            if (checks.FirstOrDefault(c => c.Holds == false) is { } wrong) throw new BackupException(FindingCodes.BackupNotVerified, $"what was restored is not what the backup says, {wrong.Name}: {wrong.Saw}", "Nothing was replaced.");
            using (var stream = new FileStream(draft, FileMode.Open, FileAccess.ReadWrite)) stream.Flush(flushToDisk: true);
            var former = await OpenAsync(draft, path, exists, request, cancellation);
            Settle(path);
            return new RestoreMade(path, former, request.Time.GetElapsedTime(began), checks, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new BackupException(FindingCodes.RestoreFailed, $"{path} could not be restored: {e.Message}", "Nothing was replaced.");
        }
        finally
        {
            RemoveEmpty(drafts);
        }
    }

    private static void Settle(string path)
    {
        try
        {
            FolderSync.Flush(Path.GetDirectoryName(path)!);
        }
        catch (IOException e)
        {
            throw new BackupException(FindingCodes.RestoreFailed, $"{path} is restored, and whether it is so after a power cut the disk does not say: {e.Message}");
        }
    }

    private static void RemoveEmpty(string folder)
    {
        try
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Another restore has begun in it, and removes it at its end.
            return;
        }
    }

    /// <returns>What the one is called that was there; null where there was none, or it was not to be kept.</returns>
    private static async Task<string?> OpenAsync(string draft, string path, bool exists, RestoreRequest request, CancellationToken cancellation)
    {
        if (!exists)
        {
            if (request.BeforeSwap is { } alone) await alone();
            File.Move(draft, path, overwrite: false);
            return null;
        }
        using var replaced = await ReplacedDatabase.HoldAsync(path, request.Time, cancellation);
        replaced.GiveRightsTo(draft);
        var former = request.DropFormer ? null : replaced.Keep(request.Time.GetUtcNow());
        try
        {
            if (request.BeforeSwap is { } before) await before();
            replaced.ClearLogs();
            File.Move(draft, path, overwrite: true);
            return former;
        }
        catch
        {
            if (former is not null) File.Delete(former);
            throw;
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
