using System.Buffers.Binary;

namespace Godwit.Sqlite.Opening;

/// <summary>The first 100 bytes of a SQLite file (https://sqlite.org/fileformat2.html#the_database_header).</summary>
internal sealed class DatabaseHeader
{
    public const int Length = 100;

    private readonly byte[] _bytes;

    public DatabaseHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes[..Length].ToArray();

    public static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    public int PageSize => BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(16)) is 1 ? 65536 : BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(16));

    /// <summary>The header marks the database as WAL: write or read version 2.</summary>
    public bool IsWal => _bytes[18] == 2 || _bytes[19] == 2;

    public uint ChangeCounter => Number(24);

    public uint SchemaCookie => Number(40);

    /// <summary>The count in the header holds only when its change counter is the one beside the writer's version.</summary>
    public long PageCount(long fileSize) =>
        ChangeCounter == Number(92) && Number(28) != 0 ? Number(28) : fileSize / Math.Max(512, PageSize);

    private uint Number(int offset) => BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(offset));
}
