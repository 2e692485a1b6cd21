using System.Runtime.InteropServices;

namespace Godwit.Engine.Files;

/// <summary>Tells files from pipes, sockets and devices, which .NET does not, and which to read may wait for ever.</summary>
internal static partial class PlainFiles
{
    private const int CurrentDirectory = -100, TypeAndMode = 0x3, ModeAt = 28, TypeMask = 0xf000, Regular = 0x8000;

    /// <summary>Whether there is a file at the path, or at the end of the links there (https://man7.org/linux/man-pages/man2/statx.2.html).</summary>
    public static bool IsPlain(string path)
    {
        Span<byte> status = stackalloc byte[256];
        return Query(CurrentDirectory, path, 0, TypeAndMode, status) == 0 && (BitConverter.ToUInt16(status[ModeAt..]) & TypeMask) == Regular;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Query(int folder, string path, int flags, uint mask, Span<byte> status);
}
