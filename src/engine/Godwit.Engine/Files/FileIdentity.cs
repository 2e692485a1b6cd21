using System.Runtime.InteropServices;

namespace Godwit.Engine.Files;

/// <summary>Whose file it is, who may do what with it, and which it is whatever it is called: as the kernel says, without opening it (https://man7.org/linux/man-pages/man2/statx.2.html).</summary>
public readonly partial record struct FileIdentity(uint Major, uint Minor, ulong Inode, uint User, uint Group, UnixFileMode Mode)
{
    private const int Size = 256, UserAt = 20, GroupAt = 24, ModeAt = 28, InodeAt = 32, MajorAt = 136, MinorAt = 140, CurrentFolder = -100;

    private const uint BasicStatus = 0x7ff;

    /// <summary>Null when nothing is there.</summary>
    public static unsafe FileIdentity? Of(string path)
    {
        // The structure is the same on every architecture.
        var found = stackalloc byte[Size];
        if (Statx(CurrentFolder, path, 0, BasicStatus, found) != 0) return null;
        return new FileIdentity(
            *(uint*)(found + MajorAt), *(uint*)(found + MinorAt), *(ulong*)(found + InodeAt), *(uint*)(found + UserAt), *(uint*)(found + GroupAt), (UnixFileMode)(*(ushort*)(found + ModeAt) & 0xfff));
    }

    public bool IsSameFile(FileIdentity other) => (Major, Minor, Inode) == (other.Major, other.Minor, other.Inode);

    /// <summary>Makes another file this one's owner's, with the same rights.</summary>
    /// <returns>Why not; null when it is.</returns>
    public string? GiveTo(string path)
    {
        // The owner first: changing it takes rights away.
        if (Of(path) is { } now && (now.User, now.Group) != (User, Group) && ChangeOwner(path, User, Group) != 0) return Marshal.GetLastPInvokeErrorMessage();
        File.SetUnixFileMode(path, Mode);
        return null;
    }

    /// <summary>Gives a file a second name.</summary>
    /// <returns>False where its file system has none, or this user may not.</returns>
    public static bool TryLink(string path, string name) => Link(path, name) == 0;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* found);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string path, string name);
}
