using Microsoft.Win32.SafeHandles;

namespace Godwit.Sqlite.Opening;

/// <summary>
/// A plain read handle on a file that SQLite may have open too. Closing any handle on a file drops every POSIX lock that this process holds on it
/// (https://sqlite.org/howtocorrupt.html section 2.2), so there is one handle a file and process, and it closes with the last that uses it.
/// A holder disposes it only after its SQLite connections; while anybody else in this process has some to the database, it stays open until these are closed (<see cref="OpenDatabases"/>).
/// </summary>
internal sealed class SharedHandle : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(ulong Device, ulong Inode), SharedHandle> Open = [];

    private readonly (ulong Device, ulong Inode) _identity;
    private readonly (ulong Device, ulong Inode) _database;
    private int _uses = 1;

    private SharedHandle(SafeFileHandle handle, (ulong, ulong) identity, (ulong, ulong) database)
    {
        Handle = handle;
        _identity = identity;
        _database = database;
    }

    public SafeFileHandle Handle { get; }

    /// <summary>Null when there is no such file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="of">The database that it belongs to, where it is not one itself.</param>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="IOException">It cannot be.</exception>
    public static SharedHandle? TryOpen(string path, string? of = null)
    {
        lock (Gate)
        {
            if (FileStatus.Of(path) is not { } status) return null;
            var identity = (status.Device, status.Inode);
            if (Open.TryGetValue(identity, out var shared))
            {
                shared._uses++;
                return shared;
            }

            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Open[identity] = new SharedHandle(handle, identity, of is not null && FileStatus.Of(of) is { } database ? (database.Device, database.Inode) : identity);
        }
    }

    /// <summary>Reads up to <paramref name="bytes"/> bytes from the offset; fewer at the file's end.</summary>
    public byte[] Read(long offset, int bytes)
    {
        var buffer = new byte[bytes];
        var read = ReadInto(buffer, offset);
        return read == bytes ? buffer : buffer[..read];
    }

    public int ReadInto(Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length && RandomAccess.Read(Handle, buffer[total..], offset + total) is > 0 and var read) total += read;
        return total;
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (_uses == 0 || --_uses > 0) return;
        }
        OpenDatabases.Close(_database, CloseUnused);
    }

    /// <summary>Unless somebody uses it again meanwhile.</summary>
    private void CloseUnused()
    {
        lock (Gate)
        {
            if (_uses > 0 || Handle.IsClosed) return;
            Open.Remove(_identity);
            Handle.Dispose();
        }
    }
}
