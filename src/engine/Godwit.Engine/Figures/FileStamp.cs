using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Godwit.Engine.Figures;

/// <summary>Which file it is, whatever it is called. As long as one is open, its number is not given to another (https://man7.org/linux/man-pages/man2/statx.2.html).</summary>
internal readonly partial record struct FileStamp(uint Major, uint Minor, ulong Inode)
{
    private const int Size = 256, InodeAt = 32, MajorAt = 136, MinorAt = 140, CurrentFolder = -100, EmptyPath = 0x1000;

    private const uint WantsInode = 0x100;

    /// <summary>Null when nothing is there.</summary>
    public static FileStamp? Of(string path) => Find(CurrentFolder, path, 0);

    public static FileStamp Of(SafeFileHandle file) => Find((int)file.DangerousGetHandle(), "", EmptyPath) ?? throw new IOException("the open file cannot be looked at");

    private static unsafe FileStamp? Find(int folder, string path, int flags)
    {
        // The structure is the same on every architecture.
        var found = stackalloc byte[Size];
        if (Statx(folder, path, flags, WantsInode, found) != 0) return null;
        return new FileStamp(*(uint*)(found + MajorAt), *(uint*)(found + MinorAt), *(ulong*)(found + InodeAt));
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* found);
}
