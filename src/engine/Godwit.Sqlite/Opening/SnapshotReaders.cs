using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Opening;

/// <summary>
/// Connections that all read one state of the database, though SQLite here has no <c>sqlite3_snapshot_open</c>.
/// An observer outside any transaction reads <c>PRAGMA data_version</c>, every reader begins its transaction and reads, the observer reads
/// again: the value differs if and only if another connection committed in between (https://sqlite.org/pragma.html#pragma_data_version), so an
/// equal value means that every reader began on the same commit. Otherwise all let go and begin anew. Opening the readers under one brief write
/// lock proves the same by keeping writers away; this needs no right to write, works on read-only media, and makes no application wait.
/// </summary>
internal sealed class SnapshotReaders : IDisposable
{
    /// <summary>SQLITE_PROTOCOL: too much traffic on the wal-index's locks.</summary>
    private const int Protocol = 15;

    private static readonly TimeSpan BusySlice = TimeSpan.FromMilliseconds(100);

    private readonly SqliteConnection _observer;
    private readonly SqliteStatement _dataVersion;
    private readonly List<SqliteConnection> _readers = [];
    private int _begun;

    private SnapshotReaders(SqliteConnection observer)
    {
        _observer = observer;
        _dataVersion = observer.Prepare("PRAGMA data_version");
    }

    /// <summary>Every reader, each in a transaction.</summary>
    public IReadOnlyList<SqliteConnection> Readers => _readers;

    public long DataVersion { get; private set; }

    /// <summary>Something that was read between the two looks at the data version, so that it belongs to the snapshot.</summary>
    public SourceFingerprint? Fingerprint { get; private set; }

    /// <summary>Null when commits or locks of others left no room before the deadline.</summary>
    /// <exception cref="SqliteException">Anything but a lock.</exception>
    public static SnapshotReaders? Take(Func<SqliteConnection> open, int count, Func<SourceFingerprint> fingerprint, Deadline deadline)
    {
        var observer = open();
        SnapshotReaders? readers = null;
        try
        {
            observer.SetBusyTimeout(BusySlice);
            readers = new SnapshotReaders(observer);
            for (var i = 0; i < count; i++)
            {
                readers._readers.Add(open());
                readers._readers[i].SetBusyTimeout(BusySlice);
            }

            do
            {
                if (readers.TryBegin(fingerprint))
                {
                    readers.ShrinkCaches();
                    return readers;
                }
                readers.LetGo();
            }
            while (!deadline.IsOver);
        }
        catch
        {
            if (readers is null) observer.Dispose();
            readers?.Dispose();
            throw;
        }

        readers.Dispose();
        return null;
    }

    /// <summary>Whether another connection committed since the readers began.</summary>
    public bool SeesCommit() => ReadDataVersion() != DataVersion;

    /// <summary>
    /// Readers scan: each page is read once, and a cache of them would only be memory. The first answers questions, and keeps SQLite's own size.
    /// Only once they read: the pragma looks at the schema, and so at another's lock.
    /// </summary>
    private void ShrinkCaches()
    {
        foreach (var reader in _readers.Skip(1)) reader.Execute("PRAGMA cache_size = -256");
    }

    private bool TryBegin(Func<SourceFingerprint> fingerprint)
    {
        try
        {
            DataVersion = ReadDataVersion();
            Fingerprint = fingerprint();
            foreach (var reader in _readers)
            {
                reader.Execute("BEGIN");
                _begun++;
                // BEGIN alone takes no lock and no place in the -wal file; the first read does (https://sqlite.org/lang_transaction.html section 2.2).
                reader.Execute("SELECT 1 FROM sqlite_schema LIMIT 1");
            }

            return !SeesCommit();
        }
        catch (SqliteException fault) when (fault.IsTransient || fault.Code == Protocol)
        {
            // A writer on its way in keeps new readers out, and a reader that stays keeps the writer waiting: all let go, and it passes.
            return false;
        }
    }

    private long ReadDataVersion()
    {
        try
        {
            _dataVersion.Step();
            return _dataVersion.GetInteger(0);
        }
        finally
        {
            _dataVersion.Reset();
        }
    }

    private void LetGo()
    {
        while (_begun > 0) _readers[--_begun].Execute("ROLLBACK");
    }

    public void Dispose()
    {
        foreach (var reader in _readers) reader.Dispose();
        _dataVersion.Dispose();
        _observer.Dispose();
    }
}
