using System.Buffers.Binary;
using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Decoding;

/// <summary>
/// Within ±2^53 every integer is a double of its own. -0.0 stays REAL whatever the affinity: INTEGER 0 becomes +0.0, so only a REAL can have become it.
/// </summary>
internal sealed class NumberAsDoubleInverse(ColumnPlan column) : ValueInverse(column)
{
    private const double ExactLimit = 9_007_199_254_740_992;

    private readonly bool _storesIntegers = column.Affinity is Affinity.Numeric or Affinity.Integer;

    public override void Decode(ReadOnlySpan<byte> field, SourceImage image)
    {
        Expect(field, sizeof(double));
        var value = BinaryPrimitives.ReadDoubleBigEndian(field);
        if (double.IsNaN(value)) throw Refusal("NaN");
        if (_storesIntegers && Math.Abs(value) <= ExactLimit && double.IsInteger(value) && !(value == 0 && double.IsNegative(value)))
            image.AddInteger((long)value);
        else
            image.AddReal(value);
    }
}
