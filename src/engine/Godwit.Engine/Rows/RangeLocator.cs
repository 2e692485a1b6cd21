using System.Buffers.Binary;
using Godwit.Engine.Invariants;
using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Engine.Rows;

/// <summary>
/// Says to which of a table's verification ranges a row belongs, from the row alone, so that source and target may be read in any order.
/// A table with an integer key has ranges of that key; any other has ranges of the row's hash.
/// </summary>
public sealed class RangeLocator
{
    private const long RowsPerHashRange = 128 * 1024;
    private const int FewestHashBits = 6;
    private const int MostHashBits = 16;

    private readonly long[] _upTo;
    private readonly int _hashBits;
    private readonly int _keyBytes;

    private RangeLocator(long[] upTo, int hashBits, int keyBytes)
    {
        _keyBytes = keyBytes;
        _upTo = upTo;
        _hashBits = hashBits;
        Count = hashBits > 0 ? 1 << hashBits : upTo.Length + 1;
    }

    public static RangeLocator For(TablePlan table)
    {
        // A key mapped to another type is not an integer in the image, and only the first column is sure to be at hand in a row too large to hold.
        if (table.RowIdColumn is 0
            && table.Columns[0] is { Type.Name: TypeName.Bigint, Mapping.Kind: MappingKind.Integer } or { Type.Name: TypeName.Bigint or TypeName.Integer or TypeName.Smallint, Mapping.Kind: MappingKind.Verbatim })
            return new RangeLocator([.. table.Ranges.SkipLast(1).Select(r => r.UpTo!.Value)], hashBits: 0, table.Columns[0].Type.Name switch { TypeName.Smallint => sizeof(short), TypeName.Integer => sizeof(int), _ => sizeof(long) });
        var bits = FewestHashBits;
        while (bits < MostHashBits && table.Rows >> bits > RowsPerHashRange) bits++;
        return new RangeLocator([], bits, keyBytes: 0);
    }

    public int Count { get; }

    public bool ByKey => _hashBits == 0;

    public int Locate(UInt128 hash, ReadOnlySpan<byte> image) =>
        _hashBits > 0 ? (int)(hash >> (128 - _hashBits)) : LocateKey(ReadKey(image));

    public int LocateKey(long key)
    {
        var index = Array.BinarySearch(_upTo, key);
        return index >= 0 ? index : ~index;
    }

    /// <summary>The bounds of a range as a certificate prints them: keys with lower exclusive and upper inclusive, or leading hexadecimal digits of the hash.</summary>
    public (string? Lower, string? Upper) Bounds(int range)
    {
        if (_hashBits > 0) return ($"hash {range}/{Count}", $"hash {range + 1}/{Count}");
        return (range == 0 ? null : _upTo[range - 1].ToString(), range == _upTo.Length ? null : _upTo[range].ToString());
    }

    private long ReadKey(ReadOnlySpan<byte> image)
    {
        Invariant.Holds(BinaryPrimitives.ReadInt32BigEndian(image) == _keyBytes, "an integer key has not the bytes of its type");
        return _keyBytes switch
        {
            8 => BinaryPrimitives.ReadInt64BigEndian(image[4..]),
            4 => BinaryPrimitives.ReadInt32BigEndian(image[4..]),
            _ => BinaryPrimitives.ReadInt16BigEndian(image[4..]),
        };
    }
}
