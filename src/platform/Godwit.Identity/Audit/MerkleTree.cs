using System.Security.Cryptography;

namespace Godwit.Identity.Audit;

/// <summary>The tree of RFC 6962 section 2.1 with SHA-256: a leaf is the hash of 0x00 and its data, a node that of 0x01 and its two children, so that neither can pass for the other.</summary>
internal static class MerkleTree
{
    public const int HashLength = SHA256.HashSizeInBytes;

    private const byte LeafMark = 0, NodeMark = 1;

    public static byte[] LeafOf(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([LeafMark]);
        hash.AppendData(first);
        hash.AppendData(second);
        return hash.GetHashAndReset();
    }

    /// <summary>The root; of no leaves the hash of nothing.</summary>
    public static byte[] RootOf(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.IsEmpty) return SHA256.HashData([]);
        if (leaves.Length == 1) return leaves[0];
        var left = Split(leaves.Length);
        return NodeOf(RootOf(leaves[..left]), RootOf(leaves[left..]));
    }

    /// <summary>The audit path of a leaf (section 2.1.1): what it takes to compute the root from it, from below.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf.</exception>
    public static IReadOnlyList<byte[]> ProofOf(ReadOnlySpan<byte[]> leaves, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, leaves.Length);
        if (leaves.Length == 1) return [];
        var left = Split(leaves.Length);
        return index < left ? [.. ProofOf(leaves[..left], index), RootOf(leaves[left..])] : [.. ProofOf(leaves[left..], index - left), RootOf(leaves[..left])];
    }

    /// <summary>Whether a leaf stands at a place of a tree with so many leaves and this root (RFC 9162 section 2.1.3.2).</summary>
    public static bool Proves(IReadOnlyList<byte[]> proof, byte[] leaf, int index, int count, ReadOnlySpan<byte> root)
    {
        if (index < 0 || index >= count || proof.Any(p => p.Length != HashLength)) return false;
        var (at, last, hash) = (index, count - 1, leaf);
        foreach (var sibling in proof)
        {
            if (last == 0) return false;
            if ((at & 1) == 1 || at == last)
            {
                hash = NodeOf(sibling, hash);
                // A node without a neighbour rises until it has one.
                while ((at & 1) == 0 && at != 0) (at, last) = (at >> 1, last >> 1);
            }
            else
            {
                hash = NodeOf(hash, sibling);
            }
            (at, last) = (at >> 1, last >> 1);
        }
        return last == 0 && hash.AsSpan().SequenceEqual(root);
    }

    private static byte[] NodeOf(byte[] left, byte[] right)
    {
        Span<byte> data = stackalloc byte[1 + (2 * HashLength)];
        data[0] = NodeMark;
        left.CopyTo(data[1..]);
        right.CopyTo(data[(1 + HashLength)..]);
        return SHA256.HashData(data);
    }

    /// <summary>The largest power of two that is smaller than the number.</summary>
    private static int Split(int count) => 1 << (31 - System.Numerics.BitOperations.LeadingZeroCount((uint)(count - 1)));
}
