using System.Runtime.InteropServices;

namespace Godwit.Security.Files;

/// <summary>What the file system says of a name (https://man7.org/linux/man-pages/man2/statx.2.html).</summary>
/// <param name="Owner">The user that it belongs to.</param>
/// <param name="Links">How many names the file has.</param>
/// <param name="Inode">The file itself, whichever name it has, together with <paramref name="Device"/>.</param>
internal readonly partial record struct FileStatus(uint Owner, uint Links, ulong Inode, ulong Device)
{
    private const int WorkingFolder = -100, NoFollow = 0x100;
    private const uint LinksOwnerInode = 0x4 | 0x8 | 0x100;
    private const int LinksAt = 16, OwnerAt = 20, InodeAt = 32, DeviceAt = 136;

    /// <summary>The user that this process acts as.</summary>
    public static uint CurrentUser => EffectiveUser();

    /// <param name="path">The name.</param>
    /// <param name="follow">Whether a link is followed to what it names.</param>
    /// <returns>Null when it cannot be looked at, or is not there.</returns>
    public static FileStatus? Of(string path, bool follow)
    {
        Span<byte> status = stackalloc byte[256];
        if (Query(WorkingFolder, path, follow ? 0 : NoFollow, LinksOwnerInode, status) != 0) return null;
        return new FileStatus(BitConverter.ToUInt32(status[OwnerAt..]), BitConverter.ToUInt32(status[LinksAt..]), BitConverter.ToUInt64(status[InodeAt..]), BitConverter.ToUInt64(status[DeviceAt..]));
    }

    public bool IsSameFile(FileStatus other) => (Inode, Device) == (other.Inode, other.Device);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Query(int folder, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
