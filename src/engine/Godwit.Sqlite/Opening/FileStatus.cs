using System.Runtime.InteropServices;

namespace Godwit.Sqlite.Opening;

/// <summary>
/// What <c>statx(2)</c> says of a file, without opening it: opening and closing a handle would drop this process's POSIX locks on the file
/// (https://sqlite.org/howtocorrupt.html section 2.2).
/// </summary>
/// <param name="Device">The file system, as major and minor number.</param>
/// <param name="Inode">With <paramref name="Device"/> the file's identity: a file put in place of another has its own.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">Last change of the content, nanoseconds since 1970.</param>
public sealed partial record FileStatus(ulong Device, ulong Inode, long Size, long Modified)
{
    private const int CurrentDirectory = -100;
    private const int PermissionDenied = 13;
    private const uint BasicStatistics = 0x7ff;
    private const int TypeMask = 0xf000, Directory = 0x4000, Regular = 0x8000;

    /// <summary>The kind of thing at the path; not part of equality because a regular file is all that is ever compared.</summary>
    internal static FileKind KindOf(string path) => Query(path) is not { } bytes
        ? Marshal.GetLastPInvokeError() == PermissionDenied ? FileKind.Denied : FileKind.Missing
        : (ModeOf(bytes) & TypeMask) switch
    {
        Regular => FileKind.Regular,
        Directory => FileKind.Folder,
        _ => FileKind.Special,
    };

    /// <summary>Null when there is nothing at the path, or nothing that may be looked at.</summary>
    internal static FileStatus? Of(string path) => Query(path) is { } bytes ? Read(bytes) : null;

    private static int ModeOf(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<ushort>(bytes[28..]);

    private static FileStatus Read(ReadOnlySpan<byte> bytes) => new(
        ((ulong)MemoryMarshal.Read<uint>(bytes[136..]) << 32) | MemoryMarshal.Read<uint>(bytes[140..]),
        MemoryMarshal.Read<ulong>(bytes[32..]),
        MemoryMarshal.Read<long>(bytes[40..]),
        MemoryMarshal.Read<long>(bytes[112..]) * 1_000_000_000 + MemoryMarshal.Read<uint>(bytes[120..]));

    private static byte[]? Query(string path)
    {
        var bytes = new byte[256];
        return StatX(CurrentDirectory, path, 0, BasicStatistics, bytes) == 0 ? bytes : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int StatX(int directory, string path, int flags, uint mask, [Out] byte[] result);
}

internal enum FileKind
{
    Missing,
    Denied,
    Regular,
    Folder,
    Special,
}
