using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Godwit.Identity.Passwords;

/// <summary>
/// The file of breached passwords, version 1, little-endian. Header of 64 bytes: magic, version (4), bits of a SHA-1 hash that choose its shard (4), hashes (8), the file's length (8), SHA-256 of
/// what came before and of the directory. Directory: 32 bytes a shard: offset (8), seed (8), bytes (4), zero (4), the first 8 bytes of the shard's SHA-256. Then the shards, each a
/// <see cref="XorFilter"/> over bytes 4 to 11 of its hashes.
/// </summary>
internal static class BreachedFormat
{
    public const uint Version = 1;
    public const int HeaderLength = 64, EntryLength = 32, SummedHeader = 32, ChecksumLength = 8;

    /// <summary>A directory of 8 MB.</summary>
    public const int MostPrefixBits = 18;

    public static ReadOnlySpan<byte> Magic => "GODWITBP"u8;

    public static int ShardOf(ReadOnlySpan<byte> hash, int prefixBits) => prefixBits == 0 ? 0 : (int)(BinaryPrimitives.ReadUInt32BigEndian(hash) >> (32 - prefixBits));

    public static ulong KeyOf(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt64BigEndian(hash[4..]);

    public static void WriteHeader(Span<byte> header, int prefixBits, long count, long length, ReadOnlySpan<byte> directory)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], prefixBits);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], count);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], length);
        Sum(header, directory).CopyTo(header[SummedHeader..]);
    }

    public static byte[] Sum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> directory)
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sum.AppendData(header[..SummedHeader]);
        sum.AppendData(directory);
        return sum.GetHashAndReset();
    }

    public static void WriteEntry(Span<byte> entry, long offset, ulong seed, ReadOnlySpan<byte> shard)
    {
        BinaryPrimitives.WriteInt64LittleEndian(entry, offset);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], seed);
        BinaryPrimitives.WriteInt32LittleEndian(entry[16..], shard.Length);
        SHA256.HashData(shard).AsSpan(0, ChecksumLength).CopyTo(entry[24..]);
    }

    public static (long Offset, ulong Seed, int Length) ReadEntry(ReadOnlySpan<byte> entry) =>
        (BinaryPrimitives.ReadInt64LittleEndian(entry), BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]), BinaryPrimitives.ReadInt32LittleEndian(entry[16..]));

    /// <summary>SHA-1 because the lists that are to be had are of SHA-1 hashes; nothing rests on nobody finding two passwords with one.</summary>
#pragma warning disable CA5350
    public static byte[] HashOf(ReadOnlySpan<byte> password) => SHA1.HashData(password);
#pragma warning restore CA5350
}
