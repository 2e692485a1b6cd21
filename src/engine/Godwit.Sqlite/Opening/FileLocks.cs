using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Godwit.Sqlite.Opening;

/// <summary>
/// Who holds SQLite's locks on a file, asked of the kernel without taking one. F_OFD_GETLK sees this process's own POSIX locks too
/// (fcntl(2), "Open file description locks"); where locks lie in the files is part of SQLite's format
/// (https://sqlite.org/src/file/src/os.h PENDING_BYTE; https://sqlite.org/walformat.html section 2.3).
/// </summary>
internal static unsafe partial class FileLocks
{
    private const int GetLock = 36;
    private const short ReadLock = 0, WriteLock = 1, Unlocked = 2;
    private const long PendingByte = 0x4000_0000, DatabaseLockBytes = 512;
    private const long DeadManSwitch = 128;

    /// <summary>Some connection holds RESERVED, PENDING or EXCLUSIVE on the database.</summary>
    public static bool IsBeingWritten(SafeFileHandle database) => IsHeld(database, ReadLock, PendingByte, DatabaseLockBytes);

    /// <summary>Some connection uses the shared memory of a WAL database: each holds the "dead man switch" byte of the -shm file.</summary>
    public static bool IsShared(SafeFileHandle sharedMemory) => IsHeld(sharedMemory, WriteLock, DeadManSwitch, 1);

    /// <summary>A file system without locks counts as held: SQLite then says what it thinks of it.</summary>
    private static bool IsHeld(SafeFileHandle file, short kind, long start, long length)
    {
        var request = new Request { Kind = kind, Start = start, Length = length };
        return FileControl(file, GetLock, &request) != 0 || request.Kind != Unlocked;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Request
    {
        public short Kind;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FileControl(SafeFileHandle file, int command, Request* request);
}
