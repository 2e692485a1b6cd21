using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

internal sealed class BooleanIntegerInverse(ColumnPlan column) : ValueInverse(column)
{
    public override void Decode(ReadOnlySpan<byte> field, SourceImage image)
    {
        Expect(field, 1);
        if (field[0] > 1) throw Refusal("neither true nor false");
        image.AddInteger(field[0]);
    }
}
