using System.Globalization;
using System.Security.Cryptography;
using Godwit.Engine.Files;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Security.Files;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Backups;

/// <summary>
/// The database that a restore replaces. From the last look until another has its name nobody reads or writes it, and what was in it stays under a name of its own. No file of it is opened
/// but by SQLite: closing one would give its locks back (https://sqlite.org/howtocorrupt.html section 2.2).
/// </summary>
internal sealed class ReplacedDatabase : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10), s_pause = TimeSpan.FromMilliseconds(5);

    private readonly string _path;
    private readonly FileIdentity _status;
    private readonly SqliteConnection? _held;

    private ReplacedDatabase(string path, FileIdentity status, SqliteConnection? held) => (_path, _status, _held) = (path, status, held);

    /// <summary>Waits for a while until nobody uses it. One that is damaged beyond opening is nobody's to write to.</summary>
    /// <exception cref="BackupException">Somebody uses it, or it cannot be locked.</exception>
    public static async Task<ReplacedDatabase> HoldAsync(string path, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var status = FileIdentity.Of(path) ?? throw new IOException("it is gone");
            SqliteConnection? held = null;
            try
            {
                held = Lock(path);
                // Of two restores at once the second may have waited for a file that has lost its name.
                if (FileIdentity.Of(path) is { } now && now.IsSameFile(status))
                {
                    MustBeClosed(path);
                    return new ReplacedDatabase(path, status, held);
                }
                held.Dispose();
            }
            catch (SqliteException e) when (e.Code is SqliteApi.Corrupt or SqliteApi.NotADatabase)
            {
                return new ReplacedDatabase(path, status, null);
            }
            catch (SqliteException e) when (!e.IsTransient || time.GetElapsedTime(began) > s_patience)
            {
                throw new BackupException(
                    FindingCodes.RestoreRefused, e.IsTransient ? $"{path} is in use" : $"{path} cannot be locked: {e.Message}",
                    e.IsTransient ? "Stop what uses it. Nothing was replaced." : "Whoever writes to it would lose what they write: let this user write to it, or move it away. Nothing was replaced.");
            }
            catch (SqliteException)
            {
                // Tried again: SQLite's own waiting is longer than the moments for which it is free.
                await Task.Delay(s_pause, time, cancellation);
            }
            catch
            {
                held?.Dispose();
                throw;
            }
        }
    }

    /// <summary>A log that lies beside it belongs to the old file; SQLite would play it into the new one.</summary>
    /// <exception cref="BackupException">There is one.</exception>
    public static void MustBeClosed(string path)
    {
        if (((string[])["-wal", "-journal"]).FirstOrDefault(e => new FileInfo(path + e) is { Exists: true, Length: > 0 }) is { } ending)
            throw new BackupException(FindingCodes.RestoreRefused, $"{path}{ending} lies beside it: the database is in use, or was not closed", "Stop what uses it, open it once with sqlite3, and close it.");
    }

    /// <summary>Makes what takes its place as readable as it is, for those who read it.</summary>
    /// <exception cref="BackupException">It is another user's.</exception>
    public void GiveRightsTo(string draft)
    {
        if (_status.GiveTo(draft) is { } why)
            throw new BackupException(FindingCodes.RestoreRefused, $"{_path} is of user {_status.User} and group {_status.Group}, and what takes its place cannot be theirs: {why}", "Restore as that user, or as root. Nothing was replaced.");
    }

    /// <summary>Gives it a second name, so that at no moment there is no database, and nothing of it has to be written again.</summary>
    /// <returns>The name; on the disk.</returns>
    public string Keep(DateTimeOffset now)
    {
        var former = $"{_path}.before-{now.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}";
        if (File.Exists(former)) former += "-" + RandomNumberGenerator.GetHexString(6, lowercase: true);
        if (!FileIdentity.TryLink(_path, former)) Copy(former);
        FolderSync.Flush(Path.GetDirectoryName(former)!);
        return former;
    }

    /// <summary>Where a file has one name only. What SQLite can read it copies itself, under its own lock.</summary>
    internal void Copy(string former)
    {
        try
        {
            using (new FileStream(former, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
            }
            if (_held is null)
            {
                File.Copy(_path, former, overwrite: true);
            }
            else
            {
                using var target = SqliteConnection.OpenForWriting(former);
                using var copy = new SqliteCopy(_held, target);
                copy.Step(-1);
            }
            using (var written = new FileStream(former, FileMode.Open, FileAccess.ReadWrite)) written.Flush(flushToDisk: true);
            GiveRightsTo(former);
        }
        catch
        {
            File.Delete(former);
            throw;
        }
    }

    /// <summary>Takes away what SQLite laid beside it, empty, and what takes its name must not find.</summary>
    public void ClearLogs()
    {
        if (_held is null) return;
        File.Delete(_path + "-wal");
        File.Delete(_path + "-shm");
    }

    public void Dispose() => _held?.Dispose();

    /// <summary>
    /// In this locking mode a lock stays beyond its transaction, without which SQLite copies nothing, and a connection in WAL mode is alone or not at all
    /// (https://sqlite.org/pragma.html#pragma_locking_mode).
    /// </summary>
    private static SqliteConnection Lock(string path)
    {
        var connection = SqliteConnection.OpenLive(path);
        try
        {
            connection.Execute("PRAGMA locking_mode = EXCLUSIVE");
            connection.Execute("BEGIN EXCLUSIVE");
            connection.Execute("COMMIT");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
