using Godwit.Model.Findings;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Opening;

/// <summary>
/// One attempt after another to open a source, until it is open, refused, or the time for others' locks is over. An attempt looks at the files
/// before any SQLite connection does, chooses the mode that writes nothing, and takes the snapshot.
/// </summary>
internal sealed class SourceOpening(string path, SourceOpenOptions options)
{
    private const int ConnectionsBesideReaders = 1;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Deadline _deadline = new(options.TimeProvider, options.BusyTimeout);

    public SourceOpenResult Run()
    {
        // Whether or not this opening needs a copy: the one that a killed process left holds the source's rows.
        PrivateCopy.RemoveAbandoned(options.ScratchFolder);
        SourceOpenResult? result;
        while ((result = Attempt()) is null)
        {
            if (_deadline.IsOver) return SourceOpenResult.Refused(Locked());
            _deadline.Wait(Pause);
        }

        return result;
    }

    /// <summary>Null: a lock or a change came between; the next attempt looks anew.</summary>
    private SourceOpenResult? Attempt()
    {
        SourceFiles? files = null;
        try
        {
            files = SourceFiles.Open(path);
            var start = files.DatabaseHandle.Read(0, Recognition.Sample);
            if (Recognition.Refuse(path, start, FileStatus.Of(path)?.Size ?? 0) is { } refusal) return SourceOpenResult.Refused(refusal);
            var mode = Choose(files, new DatabaseHeader(start));
            var result = mode switch
            {
                null => null,
                ReadingMode.PrivateCopy => OpenCopy(files),
                _ => OpenInPlace(files, mode.Value),
            };
            if (result?.File is not null) files = null;
            return result;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return SourceOpenResult.Refused(Unreadable(fault.Message));
        }
        catch (SqliteException fault)
        {
            return SourceOpenResult.Refused(Explain(fault));
        }
        finally
        {
            files?.Dispose();
        }
    }

    /// <summary>Null while another process writes in a way that leaves no way to read.</summary>
    private static ReadingMode? Choose(SourceFiles files, DatabaseHeader header)
    {
        // SQLite opens a -wal that is there whatever the header says, and then makes a -shm.
        if (!header.IsWal && FileStatus.Of(files.Wal) is null) return ReadingMode.RollbackJournal;
        if (files.SharedMemoryHandle is { } memory && FileLocks.IsShared(memory.Handle)) return ReadingMode.WriteAheadLog;
        // locking_mode=EXCLUSIVE keeps the wal-index in its own memory and the database locked.
        if (FileLocks.IsBeingWritten(files.DatabaseHandle.Handle)) return null;
        // A journal beside a WAL database is a change of journal_mode that did not finish.
        var hasContent = FileStatus.Of(files.Wal) is { Size: > 0 } || files.HasJournalContent();
        return hasContent ? ReadingMode.PrivateCopy : ReadingMode.Immutable;
    }

    private SourceOpenResult? OpenInPlace(SourceFiles files, ReadingMode mode)
    {
        try
        {
            var immutable = mode == ReadingMode.Immutable;
            var before = SourceFingerprint.Read(files, live: false);
            var snapshot = Snapshot(files, mode, () => SqliteConnection.OpenForReading(path, immutable));
            if (snapshot is null) return null;
            if (!immutable || before == snapshot.Fingerprint) return Opened(files, mode, snapshot, null, []);
            snapshot.Dispose();
            return null;
        }
        catch (SqliteException fault) when (fault.Code is SqliteApi.ReadOnly || (mode is ReadingMode.WriteAheadLog && fault.Code is SqliteApi.CantOpen))
        {
            // A hot journal asks for a rollback, a wal-index that may not be written for a recovery: both would write.
            return OpenCopy(files);
        }
    }

    private SourceOpenResult? OpenCopy(SourceFiles files)
    {
        if (RefuseForSpace(files) is { } refusal) return SourceOpenResult.Refused(refusal);
        var before = SourceFingerprint.Read(files, live: false);
        if (PrivateCopy.Take(files, options.ScratchFolder) is not { } copy) return null;
        SnapshotReaders? snapshot = null;
        try
        {
            snapshot = Snapshot(files, ReadingMode.PrivateCopy, () => SqliteConnection.OpenForReading(copy.Database, immutable: true));
            if (snapshot is not null && snapshot.Fingerprint == before)
                return Opened(files, ReadingMode.PrivateCopy, snapshot, copy, [Finding.Note(FindingCodes.PrivateCopy,
                    "The source has an unfinished journal or a -wal file that nobody has open; reading it in place would write to it, so a private copy was recovered and is read")]);
        }
        catch
        {
            Release(snapshot, copy);
            throw;
        }

        Release(snapshot, copy);
        return null;
    }

    private static void Release(SnapshotReaders? snapshot, PrivateCopy copy)
    {
        snapshot?.Dispose();
        copy.Dispose();
    }

    private SnapshotReaders? Snapshot(SourceFiles files, ReadingMode mode, Func<SqliteConnection> open) =>
        SnapshotReaders.Take(open, options.Readers + ConnectionsBesideReaders,
            () => SourceFingerprint.Read(files, mode == ReadingMode.WriteAheadLog), _deadline);

    private static SourceOpenResult Opened(
        SourceFiles files, ReadingMode mode, SnapshotReaders snapshot, PrivateCopy? copy, IReadOnlyList<Finding> notes)
    {
        try
        {
            return new SourceOpenResult(new SourceFile(files, mode, snapshot, copy), notes);
        }
        catch
        {
            snapshot.Dispose();
            throw;
        }
    }

    private Finding? RefuseForSpace(SourceFiles files)
    {
        var needed = PrivateCopy.BytesNeeded(files);
        var free = PrivateCopy.BytesFree(options.ScratchFolder);
        return needed <= free ? null : Finding.Error(FindingCodes.SourceUnreadable,
            $"{path} can only be read from a private copy, which needs {needed} bytes; the scratch folder has {free}",
            remedy: "Free disk space, or open the database once with the application or the sqlite3 shell, which finishes the journal in place.");
    }

    private Finding Locked() => Finding.Error(FindingCodes.SourceLocked,
        $"{path} was locked, or committed to without a pause, for {options.BusyTimeout.TotalSeconds:0.#} seconds",
        remedy: "Stop the application that writes to it, then try again.");

    private Finding Unreadable(string why) => Finding.Error(FindingCodes.SourceUnreadable, $"{path} cannot be read: {why}",
        remedy: "Run as the user who owns the file, and look at its permissions and its disk.");

    private Finding Explain(SqliteException fault) => fault.Code switch
    {
        SqliteApi.Busy or SqliteApi.Locked => Locked(),
        SqliteApi.NotADatabase => Recognition.NotADatabase($"{path} is not a database that this SQLite ({SqliteConnection.LibraryVersion}) reads: {fault.Message}"),
        SqliteApi.Corrupt => SourceCheck.Corrupt(fault.Message),
        _ => Unreadable(fault.Message),
    };
}
