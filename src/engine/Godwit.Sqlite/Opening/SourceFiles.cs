namespace Godwit.Sqlite.Opening;

/// <summary>A database and the files that SQLite keeps beside it, with the handles that must outlive every connection to them.</summary>
internal sealed class SourceFiles : IDisposable
{
    private SourceFiles(string database, SharedHandle databaseHandle, SharedHandle? sharedMemoryHandle)
    {
        Database = database;
        DatabaseHandle = databaseHandle;
        SharedMemoryHandle = sharedMemoryHandle;
    }

    /// <summary>The real file: SQLite follows a symbolic link and keeps -wal and -journal beside what it points at.</summary>
    public string Database { get; }

    public SharedHandle DatabaseHandle { get; }

    public SharedHandle? SharedMemoryHandle { get; }

    public string Wal => Database + "-wal";

    public string SharedMemory => Database + "-shm";

    public string Journal => Database + "-journal";

    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static SourceFiles Open(string path)
    {
        var database = SharedHandle.TryOpen(path) ?? throw new FileNotFoundException("the source is gone", path);
        try
        {
            return new SourceFiles(path, database, SharedHandle.TryOpen(path + "-shm", of: path));
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>A journal whose header is there: with nobody holding RESERVED it is hot (https://sqlite.org/lockingv3.html section 4.1).</summary>
    public bool HasJournalContent()
    {
        using var journal = SharedHandle.TryOpen(Journal, of: Database);
        return journal?.Read(0, 1) is [not 0];
    }

    public void Dispose()
    {
        SharedMemoryHandle?.Dispose();
        DatabaseHandle.Dispose();
    }
}
