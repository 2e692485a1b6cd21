using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Godwit.Engine.Tests.Certificates;

/// <summary>What the kernel tells of a folder: names that arrive by a rename, and that the folder itself was opened (inotify(7)).</summary>
internal sealed partial class FolderWatch : IDisposable
{
    private const uint Open = 0x20, MovedTo = 0x80, IsFolder = 0x40000000;
    private const int HeaderBytes = 16, NonBlocking = 0x800;

    private readonly FileStream _events;

    public FolderWatch(string folder)
    {
        var descriptor = Start(NonBlocking);
        Assert.True(descriptor >= 0 && Add(descriptor, folder, Open | MovedTo) >= 0, Marshal.GetLastPInvokeErrorMessage());
        _events = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read, bufferSize: 0);
    }

    /// <summary>All since the watch began, in order.</summary>
    public List<string> Seen()
    {
        var bytes = new byte[64 * 1024];
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, _events.Read(bytes));
        var seen = new List<string>();
        while (!rest.IsEmpty)
        {
            var mask = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest[12..]);
            var name = Encoding.UTF8.GetString(rest.Slice(HeaderBytes, length)).TrimEnd('\0');
            if ((mask & MovedTo) != 0) seen.Add($"renamed to {name}");
            else if ((mask & IsFolder) != 0 && name.Length == 0) seen.Add("opened itself");
            rest = rest[(HeaderBytes + length)..];
        }
        return seen;
    }

    public void Dispose() => _events.Dispose();

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int Start(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Add(int descriptor, string path, uint mask);
}
