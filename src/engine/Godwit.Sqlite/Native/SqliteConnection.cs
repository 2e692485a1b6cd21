using System.Text;
using Godwit.Sqlite.Opening;

namespace Godwit.Sqlite.Native;

/// <summary>
/// One SQLite connection. Not thread-safe: opened with NOMUTEX, used by one thread at a time; only <see cref="Interrupt"/> may come from another.
/// A connection to a source never checkpoints and never runs the schema's functions as trusted.
/// </summary>
public sealed unsafe class SqliteConnection : IDisposable
{
    private nint _database;

    private readonly (ulong Device, ulong Inode)? _file;

    private SqliteConnection(nint database, string? path) => (_database, _file) = (database, path is null ? null : OpenDatabases.Enter(path));

    public static string LibraryVersion => SqliteApi.ToString(SqliteApi.LibraryVersion());

    /// <summary>Opens an existing file for reading. <paramref name="immutable"/> tells SQLite that nobody writes: no locks, no -wal, no -shm.</summary>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public static SqliteConnection OpenForReading(string path, bool immutable = false)
    {
        var connection = Open(path, ToUri(path, immutable ? "?mode=ro&immutable=1" : "?mode=ro"), SqliteApi.OpenReadOnly | SqliteApi.OpenUri);
        connection.Configure(SqliteApi.DbConfigNoCheckpointOnClose, 1);
        connection.Configure(SqliteApi.DbConfigDefensive, 1);
        connection.Configure(SqliteApi.DbConfigTrustedSchema, 0);
        return connection;
    }

    /// <summary>
    /// Opens an existing file that applications are writing to. It never checkpoints: to move an application's pages about is the application's own affair, and a
    /// last connection that closes would delete the -wal file under a backup.
    /// </summary>
    /// <exception cref="SqliteException">The file cannot be opened for writing.</exception>
    public static SqliteConnection OpenLive(string path)
    {
        var connection = Open(path, ToUri(path, "?mode=rw"), SqliteApi.OpenReadWrite | SqliteApi.OpenUri);
        connection.Configure(SqliteApi.DbConfigNoCheckpointOnClose, 1);
        connection.Configure(SqliteApi.DbConfigTrustedSchema, 0);
        connection.Execute("PRAGMA wal_autocheckpoint = 0");
        return connection;
    }

    /// <summary>No trigger runs for what this connection writes, and no foreign key acts on it.</summary>
    public void WriteAsIs()
    {
        Configure(SqliteApi.DbConfigEnableTrigger, 0);
        Execute("PRAGMA foreign_keys = OFF");
    }

    /// <summary>Opens a file for writing, made when missing: for databases that Godwit makes itself (samples, private copies, tests).</summary>
    public static SqliteConnection OpenForWriting(string path) =>
        Open(path, ToUri(path, "?mode=rwc"), SqliteApi.OpenReadWrite | SqliteApi.OpenCreate | SqliteApi.OpenUri);

    /// <summary>Opens an empty database that lives in memory: to let SQLite itself work out an expression.</summary>
    public static SqliteConnection OpenInMemory() => Open(path: null, "file::memory:", SqliteApi.OpenReadWrite | SqliteApi.OpenCreate | SqliteApi.OpenUri);

    private static string ToUri(string path, string query) =>
        "file:" + Uri.EscapeDataString(Path.GetFullPath(path)).Replace("%2F", "/") + query;

    private static SqliteConnection Open(string? path, string uri, int flags)
    {
        var code = SqliteApi.Open(uri, out var database, flags | SqliteApi.OpenNoMutex | SqliteApi.OpenExtendedResultCodes, vfs: null);
        if (code == SqliteApi.Ok) return new SqliteConnection(database, path);
        var message = database == 0 ? "out of memory" : SqliteApi.ToString(SqliteApi.ErrorMessage(database));
        _ = SqliteApi.Close(database);
        throw new SqliteException(code, message);
    }

    public nint Handle => _database != 0 ? _database : throw new ObjectDisposedException(nameof(SqliteConnection));

    private void Configure(int option, int value)
    {
        if (SqliteApi.Configure(Handle, option, value, null) != SqliteApi.Ok)
            throw new SqliteException(SqliteApi.ExtendedErrorCode(Handle), $"this SQLite library does not know option {option}");
    }

    /// <summary>How long a call waits for another's lock before it fails with BUSY.</summary>
    public void SetBusyTimeout(TimeSpan timeout) => _ = SqliteApi.BusyTimeout(Handle, (int)timeout.TotalMilliseconds);

    /// <summary>Makes the running statement of this connection fail soon with INTERRUPT. Callable from any thread while the connection is open.</summary>
    public void Interrupt() => SqliteApi.Interrupt(Handle);

    public SqliteStatement Prepare(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql + '\0');
        fixed (byte* p = bytes)
        {
            var code = SqliteApi.Prepare(Handle, p, bytes.Length, out var statement, null);
            if (code != SqliteApi.Ok) throw Fault(code);
            return new SqliteStatement(this, statement);
        }
    }

    /// <summary>Runs one statement and throws its rows away.</summary>
    public void Execute(string sql, params ReadOnlySpan<object?> arguments)
    {
        using var statement = Prepare(sql);
        statement.Bind(arguments);
        while (statement.Step()) { }
    }

    /// <summary>Ends the transaction at hand. After some faults, a full disk among them, SQLite has ended it by itself (https://sqlite.org/lang_transaction.html section 3).</summary>
    public void RollBack()
    {
        if (SqliteApi.GetAutoCommit(Handle) == 0) Execute("ROLLBACK");
    }

    /// <summary>The first column of the first row as INTEGER, or null when there is no row or it is NULL.</summary>
    public long? QueryInteger(string sql, params ReadOnlySpan<object?> arguments)
    {
        using var statement = Prepare(sql);
        statement.Bind(arguments);
        return statement.Step() && !statement.IsNull(0) ? statement.GetInteger(0) : null;
    }

    /// <summary>The first column of the first row as text, or null.</summary>
    public string? QueryText(string sql, params ReadOnlySpan<object?> arguments)
    {
        using var statement = Prepare(sql);
        statement.Bind(arguments);
        return statement.Step() && !statement.IsNull(0) ? statement.GetText(0) : null;
    }

    internal SqliteException Fault(int code)
    {
        var extended = SqliteApi.ExtendedErrorCode(Handle);
        return new SqliteException((extended & 0xff) == (code & 0xff) ? extended : code, SqliteApi.ToString(SqliteApi.ErrorMessage(Handle)));
    }

    public void Dispose()
    {
        if (_database == 0) return;
        _ = SqliteApi.Close(_database);
        _database = 0;
        if (_file is { } file) OpenDatabases.Leave(file);
    }
}
