using System.Buffers.Binary;
using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

internal sealed class RealInverse(ColumnPlan column) : ValueInverse(column)
{
    public override void Decode(ReadOnlySpan<byte> field, SourceImage image)
    {
        Expect(field, sizeof(double));
        var value = BinaryPrimitives.ReadDoubleBigEndian(field);
        // SQLite reads a stored NaN as NULL, so none ever comes from it (https://sqlite.org/floatingpoint.html section 1.1).
        if (double.IsNaN(value)) throw Refusal("NaN");
        image.AddReal(value);
    }
}
