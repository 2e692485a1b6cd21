using System.Security.Cryptography;

namespace Godwit.Identity.Audit;

/// <summary>
/// What a block keeps of an event: a hash over a salt of its own and the event. Without the salt nobody can find the event by trying; with the salt erased, what was said of a person is gone, and the block holds.
/// </summary>
/// <param name="Id">The row's.</param>
/// <param name="Leaf">SHA-256 of 0x00, the salt and the event.</param>
internal sealed record EventCommitment(long Id, byte[] Leaf)
{
    /// <summary>Of fixed length, so that salt and event do not run into each other.</summary>
    public const int SaltLength = 32;

    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(SaltLength);

    /// <param name="id">The row's, which is to be in the event too.</param>
    /// <param name="salt">Of this event alone.</param>
    /// <param name="content">The event in canonical form.</param>
    /// <exception cref="ArgumentException">The salt has another length.</exception>
    public static EventCommitment Of(long id, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> content) =>
        salt.Length == SaltLength ? new(id, MerkleTree.LeafOf(salt, content)) : throw new ArgumentException($"a salt has {SaltLength} bytes", nameof(salt));
}

/// <summary>A row as it stands in the table now.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Salt">Null once it was erased.</param>
/// <param name="Content">The event in canonical form, computed from the row; null when it was erased.</param>
internal sealed record EventRow(long Id, byte[]? Salt, byte[]? Content);
