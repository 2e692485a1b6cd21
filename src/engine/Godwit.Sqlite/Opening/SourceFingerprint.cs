using System.Runtime.InteropServices;

namespace Godwit.Sqlite.Opening;

/// <summary>
/// What tells whether a source was touched: two equal fingerprints, taken at any two times by any two processes, mean that nobody committed between
/// them. Serialisable as JSON, so that a resumed run compares with the run it goes on from.
/// </summary>
/// <param name="Database">The database file.</param>
/// <param name="PageCount">Pages, by the file's header.</param>
/// <param name="ChangeCounter">Commits outside WAL mode.</param>
/// <param name="SchemaCookie">Schema changes, as of the last checkpoint in WAL mode.</param>
/// <param name="Wal">Null when there is no content in a -wal file.</param>
public sealed record SourceFingerprint(FileStatus Database, long PageCount, uint ChangeCounter, uint SchemaCookie, WalFingerprint? Wal)
{
    /// <summary>Reads through handles that stay open: nothing is opened or closed here.</summary>
    internal static SourceFingerprint Read(SourceFiles files, bool live)
    {
        var status = FileStatus.Of(files.Database) ?? throw new FileNotFoundException("the source is gone", files.Database);
        var header = new DatabaseHeader(files.DatabaseHandle.Read(0, DatabaseHeader.Length));
        return new SourceFingerprint(status, header.PageCount(status.Size), header.ChangeCounter, header.SchemaCookie,
            live && files.SharedMemoryHandle is { } memory ? WalFingerprint.OfIndex(memory.Read(0, 48)) : WalFingerprint.OfFile(files.Wal));
    }
}

/// <summary>
/// The content of a -wal file. With a live -shm, its index header counts committed frames exactly and says nothing of a transaction that only
/// began to write; without one, size and time of the file stand for it.
/// </summary>
/// <param name="File">Null when the index header is known.</param>
/// <param name="Frames">Frames up to the last commit.</param>
/// <param name="Checksum">The running checksum of the last of them, and the salts, hexadecimal.</param>
public sealed record WalFingerprint(FileStatus? File, uint Frames, string Checksum)
{
    internal static WalFingerprint? OfFile(string path) =>
        FileStatus.Of(path) is { Size: > 0 } status ? new WalFingerprint(status, 0, "") : null;

    /// <summary>mxFrame at 16, aFrameCksum at 24, aSalt at 32 (https://sqlite.org/walformat.html#wal_index_header), in the machine's byte order.</summary>
    internal static WalFingerprint? OfIndex(ReadOnlySpan<byte> header) => header.Length < 48 ? null
        : new WalFingerprint(null, MemoryMarshal.Read<uint>(header[16..]), Convert.ToHexStringLower(header[24..40]));
}
