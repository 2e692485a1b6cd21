using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Opening;

/// <summary>How a source is read, and why its bytes stay as they are.</summary>
public enum ReadingMode
{
    /// <summary>In place under SHARED locks: as long as a reader holds one, no writer commits.</summary>
    RollbackJournal,

    /// <summary>In place beside the application: readers keep their place in the -wal file; nothing is checkpointed.</summary>
    WriteAheadLog,

    /// <summary>In place without locks: a WAL database that nobody has open and whose -wal is empty. Opening it otherwise would make -wal and -shm.</summary>
    Immutable,

    /// <summary>From a copy that was recovered in the scratch folder: reading in place would write to the source.</summary>
    PrivateCopy,
}

/// <summary>What a certificate says of the source file.</summary>
/// <param name="Path">The real file, links followed.</param>
/// <param name="PageSize">Bytes.</param>
/// <param name="LibraryVersion">SQLite's version that reads.</param>
public sealed record SourceFacts(
    string Path, ReadingMode Mode, TextEncoding Encoding, int PageSize, int UserVersion, int ApplicationId, string LibraryVersion,
    SourceFingerprint Fingerprint)
{
    /// <summary>Asked of SQLite and not of the file's header: in WAL mode the header's latest version may still be in the -wal file.</summary>
    internal static SourceFacts Read(string path, ReadingMode mode, SqliteConnection connection, SourceFingerprint fingerprint)
    {
        int Number(string pragma) => (int)(connection.QueryInteger($"PRAGMA {pragma}") ?? 0);
        return new SourceFacts(path, mode, TextEncodings.Of(connection), Number("page_size"), Number("user_version"), Number("application_id"),
            SqliteConnection.LibraryVersion, fingerprint);
    }
}
