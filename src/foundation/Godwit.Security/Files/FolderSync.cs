using System.Runtime.InteropServices;

namespace Godwit.Security.Files;

/// <summary>
/// Brings a folder's names to the disk. A file that was synced and then renamed is whole under either name, but which name it has after a power cut is the folder's
/// to say (https://man7.org/linux/man-pages/man2/fsync.2.html).
/// </summary>
public static partial class FolderSync
{
    private const int ReadOnly = 0, CloseOnExec = 0x80000;
    private const int NoSuchFile = 2, BadDescriptor = 9, AccessDenied = 13, Invalid = 22;

    /// <summary>Returns once the names are on the disk; at once where the folder may not be read or its file system syncs no folders.</summary>
    /// <exception cref="IOException">There is no such folder, or the disk fails.</exception>
    public static void Flush(string folder)
    {
        var descriptor = Open(folder, ReadOnly | CloseOnExec);
        if (descriptor < 0)
        {
            if (Marshal.GetLastPInvokeError() is var error and not AccessDenied) throw Fault(folder, error);
            return;
        }
        var failed = Sync(descriptor) != 0;
        var reason = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (failed && reason is not (BadDescriptor or Invalid)) throw Fault(folder, reason);
    }

    private static IOException Fault(string folder, int error) => error == NoSuchFile
        ? new DirectoryNotFoundException($"there is no folder {folder}")
        : new IOException($"the folder {folder} cannot be written to the disk: {Marshal.GetPInvokeErrorMessage(error)}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
