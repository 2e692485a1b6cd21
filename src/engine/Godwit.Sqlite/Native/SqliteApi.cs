using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Godwit.Sqlite.Native;

/// <summary>
/// The part of SQLite's C interface that Godwit uses (https://sqlite.org/c3ref/funclist.html), bound to the system's library: one SQLite
/// library a process, or POSIX locks are lost (https://sqlite.org/howtocorrupt.html section 2.2.1).
/// Column accessors only read memory of the current row, so they run without a GC transition; whatever may touch a file does not.
/// </summary>
internal static unsafe partial class SqliteApi
{
    private const string Library = "libsqlite3.so.0";

    public const int Ok = 0;
    public const int Busy = 5;
    public const int Locked = 6;
    public const int ReadOnly = 8;
    public const int Interrupted = 9;
    public const int Corrupt = 11;
    public const int CantOpen = 14;
    public const int NotADatabase = 26;
    public const int Row = 100;
    public const int Done = 101;

    public const int OpenReadOnly = 0x1;
    public const int OpenReadWrite = 0x2;
    public const int OpenCreate = 0x4;
    public const int OpenUri = 0x40;
    public const int OpenNoMutex = 0x8000;
    public const int OpenExtendedResultCodes = 0x02000000;

    public const int DbConfigEnableTrigger = 1003;
    public const int DbConfigNoCheckpointOnClose = 1006;
    public const int DbConfigDefensive = 1010;
    public const int DbConfigTrustedSchema = 1017;

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string fileName, out nint database, int flags, string? vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    public static partial int Close(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_get_autocommit")]
    public static partial int GetAutoCommit(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_db_config")]
    public static partial int Configure(nint database, int option, int value, int* result);

    [LibraryImport(Library, EntryPoint = "sqlite3_busy_timeout")]
    public static partial int BusyTimeout(nint database, int milliseconds);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2")]
    public static partial int Prepare(nint database, byte* sql, int bytes, out nint statement, byte** tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    public static partial int Finalize(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_interrupt")]
    public static partial void Interrupt(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    public static partial byte* ErrorMessage(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_extended_errcode")]
    public static partial int ExtendedErrorCode(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_table_column_metadata", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ColumnMetadata(
        nint database, string schema, string table, string column, byte** type, byte** collation, int* notNull, int* inPrimaryKey, int* autoIncrement);

    [LibraryImport(Library, EntryPoint = "sqlite3_libversion")]
    public static partial byte* LibraryVersion();

    [LibraryImport(Library, EntryPoint = "sqlite3_changes64")]
    public static partial long Changes(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    public static partial int BindInteger(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_double")]
    public static partial int BindReal(nint statement, int index, double value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    public static partial int BindNull(nint statement, int index);

    /// <summary>Destructor -1 (SQLITE_TRANSIENT) makes SQLite copy the bytes before it returns.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    public static partial int BindText(nint statement, int index, byte* text, int bytes, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    public static partial int BindBlob(nint statement, int index, byte* blob, int bytes, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_count")]
    public static partial int ColumnCount(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_name")]
    public static partial byte* ColumnName(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type"), SuppressGCTransition]
    public static partial int ColumnType(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64"), SuppressGCTransition]
    public static partial long ColumnInteger(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_double"), SuppressGCTransition]
    public static partial double ColumnReal(nint statement, int column);

    /// <summary>The bytes of a BLOB, or of a TEXT in the database's own encoding, without the copy that a terminating NUL costs. Null for zero bytes.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob"), SuppressGCTransition]
    public static partial byte* ColumnBlob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes"), SuppressGCTransition]
    public static partial int ColumnBytes(nint statement, int column);

    /// <summary>TEXT as UTF-8; converts where the database is UTF-16.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_text")]
    public static partial byte* ColumnText(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_init", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint BackupInit(nint target, string targetName, nint source, string sourceName);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_step")]
    public static partial int BackupStep(nint backup, int pages);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_finish")]
    public static partial int BackupFinish(nint backup);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_remaining")]
    public static partial int BackupRemaining(nint backup);

    /// <summary>Arguments have the database's own encoding whatever is asked for here; the flags say what a schema may do with the function.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_create_function_v2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateFunction(
        nint database, string name, int arguments, int flags, nint data,
        delegate* unmanaged[Cdecl]<nint, int, nint*, void> function, nint step, nint final, delegate* unmanaged[Cdecl]<nint, void> destroy);

    [LibraryImport(Library, EntryPoint = "sqlite3_user_data"), SuppressGCTransition]
    public static partial nint UserData(nint context);

    [LibraryImport(Library, EntryPoint = "sqlite3_value_type"), SuppressGCTransition]
    public static partial int ValueType(nint value);

    [LibraryImport(Library, EntryPoint = "sqlite3_value_int64"), SuppressGCTransition]
    public static partial long ValueInteger(nint value);

    [LibraryImport(Library, EntryPoint = "sqlite3_value_double"), SuppressGCTransition]
    public static partial double ValueReal(nint value);

    /// <summary>As <see cref="ColumnBlob"/>: asked for before the length, the bytes of a TEXT stay in the database's encoding.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_value_blob")]
    public static partial byte* ValueBlob(nint value);

    [LibraryImport(Library, EntryPoint = "sqlite3_value_bytes"), SuppressGCTransition]
    public static partial int ValueBytes(nint value);

    [LibraryImport(Library, EntryPoint = "sqlite3_result_null")]
    public static partial void ResultNull(nint context);

    [LibraryImport(Library, EntryPoint = "sqlite3_result_int64")]
    public static partial void ResultInteger(nint context, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_result_double")]
    public static partial void ResultReal(nint context, double value);

    [LibraryImport(Library, EntryPoint = "sqlite3_result_text")]
    public static partial void ResultText(nint context, byte* utf8, int bytes, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_result_blob")]
    public static partial void ResultBlob(nint context, byte* blob, int bytes, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_result_error", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void ResultError(nint context, string message, int bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static string ToString(byte* utf8) => Marshal.PtrToStringUTF8((nint)utf8) ?? "";
}
