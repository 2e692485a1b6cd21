using System.Runtime.InteropServices;

namespace Godwit.Sqlite.Opening;

/// <summary>Asks what this process may do with a file without opening it: a handle that is closed again drops the process's locks on the file.</summary>
public static partial class FileAccessRights
{
    /// <summary>W_OK (https://man7.org/linux/man-pages/man2/access.2.html).</summary>
    private const int Write = 2;

    public static bool MayWrite(string path) => Access(path, Write) == 0;

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
