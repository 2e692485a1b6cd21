using System.Security.Cryptography;
using System.Text;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Security.Signing;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Backups;

/// <summary>
/// A SQLite database in use, by SQLite's online backup. In WAL mode one read transaction holds the moment for copy and hashes, and no writer waits. With a rollback journal a long
/// one would keep every writer out: there the pages are taken in pieces, begun anew by SQLite when somebody writes, and the counts are those of the copy. What killed processes left in
/// staging is swept by the caller: servers may run there, of which nothing here knows how to end them.
/// </summary>
public static class SqliteBackup
{
    public const string File = "database.sqlite";

    private const int PagesAtOnce = 2000, MostBeginnings = 5;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30), s_pause = TimeSpan.FromMilliseconds(10);

    /// <exception cref="BackupException">It could not be made.</exception>
    public static async Task<BackupMade> CreateAsync(string path, BackupRequest request, CancellationToken cancellation)
    {
        var place = request.Place;
        place.Store.SweepDrafts();
        await using var staging = StagingFolder.Create(place.Staging, passable: false, _ => Task.CompletedTask);
        var copy = Path.Combine(staging.Path, File);
        var id = Guid.NewGuid();
        var at = request.Time.GetUtcNow();
        IReadOnlyList<BackupTable> tables;
        IReadOnlyDictionary<string, long> objects;
        string? note = null;
        try
        {
            if (!System.IO.File.Exists(path)) throw new BackupException(FindingCodes.BackupFailed, $"there is no file {path}");
            using var source = SqliteConnection.OpenForReading(path);
            source.SetBusyTimeout(s_patience);
            if (source.QueryText("PRAGMA journal_mode") == "wal")
            {
                source.Execute("BEGIN");
                // The first read takes the snapshot.
                _ = source.QueryInteger("SELECT count(*) FROM sqlite_master");
                at = request.Time.GetUtcNow();
                await CopyAsync(source, copy, request.Time, cancellation);
                tables = SqliteRows.Read(source, place.Key, id, cancellation);
                objects = SqliteRows.CountObjects(source);
                source.RollBack();
            }
            else
            {
                at = await CopyAsync(source, copy, request.Time, cancellation);
                using var made = SqliteConnection.OpenForReading(copy, immutable: true);
                tables = SqliteRows.Read(made, place.Key, id, cancellation);
                objects = SqliteRows.CountObjects(made);
                note = "the source has a rollback journal, and its writers were not to wait: the counts and hashes are those of the copy";
            }
            using var whole = SqliteConnection.OpenForReading(copy, immutable: true);
            if (whole.QueryText("PRAGMA integrity_check") is { } said and not "ok") throw new BackupException(FindingCodes.BackupFailed, $"the database is damaged: {said.Split('\n')[0]}", "Mend it first: a backup of it would be damaged too.");
        }
        catch (SqliteException e)
        {
            throw new BackupException(FindingCodes.BackupFailed, $"{path} could not be copied: {e.Message}", e.IsTransient ? "Somebody has it locked; try again." : null);
        }
        request.Note($"copied; {tables.Sum(t => t.Rows)} rows counted and hashed");
        var name = BackupStore.NameOf(at);
        await using var writer = new BackupWriter(place.Destinations, name, id, place.Key, request.Stall, request.Time);
        await using (var plain = System.IO.File.OpenRead(copy)) await writer.AddAsync(File, plain, cancellation);
        using var key = SigningKeyFile.LoadOrCreate(place.Home);
        var manifest = new BackupManifest
        {
            Name = name, Id = id, Method = BackupMethod.Sqlite, SnapshotAt = at, EndedAt = request.Time.GetUtcNow(), Origin = OriginOf(path), Key = place.Key.Id, Files = writer.Files, Tables = tables,
            Objects = objects, PlainBytes = writer.PlainBytes, Run = request.Run, Notes = note is null ? [] : [note], ToolVersion = request.ToolVersion,
        };
        var writing = await writer.FinishAsync(BackupJson.Sign(manifest, key));
        return writing.Written.Count > 0 ? new BackupMade(manifest, writing)
            : throw new BackupException([.. writing.Failed.Select(f => Finding.Error(FindingCodes.BackupDestination, $"{f.Destination} did not take the backup: {f.Reason}", null, "Make room there, or mend it."))]);
    }

    /// <summary>Restores it into a folder of its own and compares.</summary>
    public static Task<BackupVerdict> VerifyAsync(StoredBackup backup, BackupPlace place, Action<string> note, TimeProvider time, CancellationToken cancellation) => BackupTrial.RunAsync(
        backup, place,
        async copy =>
        {
            await using var staging = StagingFolder.Create(place.Staging, passable: false, _ => Task.CompletedTask);
            var began = time.GetTimestamp();
            var path = Path.Combine(staging.Path, File);
            SqliteRestore.MustHaveKey(copy, place);
            await copy.ExtractAsync(place.Key, File, path, null, cancellation);
            using var restored = SqliteConnection.OpenForReading(path, immutable: true);
            return (time.GetElapsedTime(began), SqliteRestore.Compare(restored, copy.Manifest!, place, cancellation));
        },
        note, time, cancellation);

    /// <summary>A copy of a database in use, whole as of one moment.</summary>
    /// <exception cref="SqliteException">It cannot be read, or was locked for too long.</exception>
    public static async Task CopyAsync(string path, string copy, TimeProvider time, CancellationToken cancellation)
    {
        using var source = SqliteConnection.OpenForReading(path);
        source.SetBusyTimeout(s_patience);
        await CopyAsync(source, copy, time, cancellation);
    }

    /// <returns>When the copy that was finished began: what it holds is of then or later.</returns>
    private static async Task<DateTimeOffset> CopyAsync(SqliteConnection source, string copy, TimeProvider time, CancellationToken cancellation)
    {
        using var target = SqliteConnection.OpenForWriting(copy);
        using var backup = new SqliteCopy(source, target);
        var (at, began, left, beginnings) = (time.GetUtcNow(), time.GetTimestamp(), int.MaxValue, 0);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var before = time.GetUtcNow();
                // Under steady writing pieces would never end: then all at once, and the writers wait for that.
                if (backup.Step(beginnings < MostBeginnings ? PagesAtOnce : -1)) return left == int.MaxValue ? before : at;
                if (backup.Remaining >= left) (at, beginnings) = (before, beginnings + 1);
                left = backup.Remaining;
            }
            catch (SqliteException e) when (e.IsTransient && time.GetElapsedTime(began) < s_patience)
            {
                await Task.Delay(s_pause, time, cancellation);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(1), time, cancellation);
        }
    }

    private static BackupOrigin OriginOf(string path)
    {
        var full = Path.GetFullPath(path);
        return new BackupOrigin(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(full)))[..16], "main", Path.GetFileName(full), null, 3_000_000, Environment.UserName);
    }
}
