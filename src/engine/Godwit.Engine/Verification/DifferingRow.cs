using System.Buffers.Binary;
using System.Text;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Engine.Verification;

/// <summary>A field as it is compared: its length (-1: NULL) and the keyed hash of its bytes.</summary>
internal readonly record struct FieldDigest(int Length, UInt128 Hash);

/// <summary>A row that one side has and the other has not. Of its values only the key is kept, so that a large row takes no more room than a small one.</summary>
/// <param name="RowNumber">The source's row number; null for a row of the target.</param>
/// <param name="Key">The key's bytes as a text that is equal for equal keys; empty for a table without key.</param>
/// <param name="Integers">The key where it is all integers, as people write it.</param>
/// <param name="Fields">A digest of each field.</param>
internal sealed record DifferingRow(long? RowNumber, string Key, string? Integers, IReadOnlyList<FieldDigest> Fields)
{
    /// <param name="image">The row's fields, without the field count.</param>
    public static DifferingRow From(TablePlan table, UInt128 hashKey, long? rowNumber, ReadOnlySpan<byte> image)
    {
        var places = new (int Start, int Length)[table.Columns.Count];
        var fields = new FieldDigest[table.Columns.Count];
        var offset = 0;
        for (var i = 0; i < fields.Length; i++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(image[offset..]);
            offset += 4;
            places[i] = (offset, length);
            fields[i] = new FieldDigest(length, SipHash.Hash(hashKey, image.Slice(offset, Math.Max(length, 0))));
            offset += Math.Max(length, 0);
        }
        var key = new StringBuilder();
        var integers = table.KeyColumns.Count == 0 ? null : new List<long>();
        foreach (var column in table.KeyColumns)
        {
            var (start, length) = places[column];
            var bytes = image.Slice(start, Math.Max(length, 0));
            key.Append(length).Append(':').Append(Encoding.Latin1.GetString(bytes));
            if (Integer(table.Columns[column].Type.Name, bytes) is { } integer) integers?.Add(integer);
            else integers = null;
        }
        return new DifferingRow(rowNumber, key.ToString(), integers is null ? null : string.Join(",", integers), fields);
    }

    private static long? Integer(TypeName type, ReadOnlySpan<byte> bytes) => (type, bytes.Length) switch
    {
        (TypeName.Bigint, 8) => BinaryPrimitives.ReadInt64BigEndian(bytes),
        (TypeName.Integer, 4) => BinaryPrimitives.ReadInt32BigEndian(bytes),
        (TypeName.Smallint, 2) => BinaryPrimitives.ReadInt16BigEndian(bytes),
        _ => null,
    };
}
