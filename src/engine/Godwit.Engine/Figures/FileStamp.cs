using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Godwit.Engine.Figures;

/// <summary>
/// Which file it is, whatever it is called. As long as one is open, its number is not given to another; of one that was closed the time of its birth tells it from the next of that number, where the file system keeps
/// it (https://man7.org/linux/man-pages/man2/statx.2.html).
/// </summary>
internal readonly partial record struct FileStamp(uint Major, uint Minor, ulong Inode, long Born, uint BornNanoseconds)
{
    private const int Size = 256, MaskAt = 0, ModeAt = 28, InodeAt = 32, BornAt = 80, MajorAt = 136, MinorAt = 140, CurrentFolder = -100, EmptyPath = 0x1000;

    private const uint WantsType = 0x1, WantsInode = 0x100, WantsBirth = 0x800;

    private const ushort TypeBits = 0xF000, PlainFile = 0x8000;

    private const int NotPermitted = 1, NoEntry = 2, NoAccess = 13, NoFolder = 20;

    /// <summary>Whether it is a file that is read to its end: no pipe, device or folder.</summary>
    public bool IsPlain { get; private init; }

    /// <summary>Null when nothing is there.</summary>
    /// <exception cref="IOException">Whether something is there cannot be said.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be looked at.</exception>
    public static FileStamp? Of(string path) => Find(CurrentFolder, path, 0);

    public static FileStamp Of(SafeFileHandle file) => Find((int)file.DangerousGetHandle(), "", EmptyPath) ?? throw new IOException("the open file cannot be looked at");

    private static unsafe FileStamp? Find(int folder, string path, int flags)
    {
        // The structure is the same on every architecture.
        var found = stackalloc byte[Size];
        if (Statx(folder, path, flags, WantsType | WantsInode | WantsBirth, found) != 0)
        {
            return Marshal.GetLastPInvokeError() switch
            {
                NoEntry or NoFolder => null,
                NoAccess or NotPermitted => throw new UnauthorizedAccessException("the file may not be looked at"),
                _ => throw new IOException("the file cannot be looked at"),
            };
        }
        var isBorn = (*(uint*)(found + MaskAt) & WantsBirth) != 0;
        return new FileStamp(*(uint*)(found + MajorAt), *(uint*)(found + MinorAt), *(ulong*)(found + InodeAt), isBorn ? *(long*)(found + BornAt) : 0, isBorn ? *(uint*)(found + BornAt + 8) : 0)
        {
            IsPlain = (*(ushort*)(found + ModeAt) & TypeBits) == PlainFile,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* found);
}
