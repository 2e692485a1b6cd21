using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Godwit.Identity.Audit;

/// <summary>Of rows of the log: how many, and the hash of the id and leaf of each, by block and id.</summary>
/// <param name="Digest">In hexadecimal digits.</param>
internal sealed record RowsDigest(long Count, string Digest);

/// <summary>Computes it of a stream of any length.</summary>
internal sealed class RowsHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _count;

    public void Add(long id, ReadOnlySpan<byte> leaf)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(number, id);
        _hash.AppendData(number);
        _hash.AppendData(leaf);
        _count++;
    }

    public RowsDigest ToDigest() => new(_count, Convert.ToHexStringLower(_hash.GetCurrentHash()));

    public void Dispose() => _hash.Dispose();
}
