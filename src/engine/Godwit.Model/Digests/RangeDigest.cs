namespace Godwit.Model.Digests;

/// <summary>
/// A set of rows in 40 bytes: their number, and the sum (mod 2^128) and the exclusive or of their keyed 128-bit hashes. It does not depend on the
/// order of the rows; adding a row twice, losing one, or changing one changes it.
/// </summary>
public struct RangeDigest : IEquatable<RangeDigest>
{
    public long Count;
    public UInt128 Sum;
    public UInt128 Xor;

    public void Add(UInt128 rowHash)
    {
        Count++;
        unchecked { Sum += rowHash; }
        Xor ^= rowHash;
    }

    public void Add(in RangeDigest other)
    {
        Count += other.Count;
        unchecked { Sum += other.Sum; }
        Xor ^= other.Xor;
    }

    public readonly bool Equals(RangeDigest other) => Count == other.Count && Sum == other.Sum && Xor == other.Xor;

    public override readonly bool Equals(object? obj) => obj is RangeDigest other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(Count, Sum, Xor);

    public static bool operator ==(RangeDigest left, RangeDigest right) => left.Equals(right);

    public static bool operator !=(RangeDigest left, RangeDigest right) => !left.Equals(right);
}
