using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Godwit.Security.Files;

/// <summary>
/// Reads a file that is this user's alone: a plain file, no link, of this user, which neither group nor others may read or write. Everything is asked of the open file, so that what was
/// looked at is what is read.
/// </summary>
internal static partial class OwnFile
{
    private const int ReadOnly = 0, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int TooManyLinks = 40, NoSuchFile = 2, EmptyPath = 0x1000;
    private const uint TypeModeOwner = 0x1 | 0x2 | 0x8;
    private const int OwnerAt = 20, ModeAt = 28, TypeMask = 0xf000, Regular = 0x8000, OthersMask = 0x3f;

    // The two kinds of processor number this flag differently (asm/fcntl.h of either).
    private static readonly int s_noFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <returns>The bytes, which the caller zeroes; null when there is no such file.</returns>
    /// <exception cref="OwnFileException">It is not as above. The message says what it is and what to do.</exception>
    public static byte[]? Read(string path, int longest)
    {
        // A pipe in its place would wait for a writer: it is opened without waiting and then refused.
        using var file = new SafeFileHandle(Open(path, ReadOnly | s_noFollow | NonBlocking | CloseOnExec), ownsHandle: true);
        if (file.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == NoSuchFile ? null
                : throw new OwnFileException(error == TooManyLinks ? $"{path} is a link: name the file itself" : $"{path} cannot be read: {Marshal.GetPInvokeErrorMessage(error)}");
        }
        Refuse(path, file);
        var length = RandomAccess.GetLength(file);
        if (length > longest) throw new OwnFileException($"{path} has {length} bytes, and such a file has at most {longest}");
        var bytes = GC.AllocateUninitializedArray<byte>((int)length, pinned: true);
        var read = RandomAccess.Read(file, bytes, fileOffset: 0);
        if (read == bytes.Length) return bytes;
        CryptographicOperations.ZeroMemory(bytes);
        throw new OwnFileException($"{path} changed while it was read");
    }

    private static void Refuse(string path, SafeFileHandle file)
    {
        Span<byte> status = stackalloc byte[256];
        if (Query(file, "", EmptyPath, TypeModeOwner, status) != 0) throw new OwnFileException($"{path} cannot be looked at: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        var mode = BitConverter.ToUInt16(status[ModeAt..]);
        if ((mode & TypeMask) != Regular) throw new OwnFileException($"{path} is no plain file");
        if (BitConverter.ToUInt32(status[OwnerAt..]) != EffectiveUser()) throw new OwnFileException($"{path} belongs to another user: chown it to the user that runs this, who alone may change it");
        if ((mode & OthersMask) != 0) throw new OwnFileException($"{path} is open to others (mode {Convert.ToString(mode & 0xfff, toBase: 8)}): chmod 600 it, and take a new key when others may have read it");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Query(SafeFileHandle folder, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}

/// <summary>A file is not this user's alone. The message holds nothing of what is in it.</summary>
internal sealed class OwnFileException(string message) : Exception(message);
