using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

internal sealed class UuidBlobInverse(ColumnPlan column) : ValueInverse(column)
{
    public override void Decode(ReadOnlySpan<byte> field, SourceImage image)
    {
        Expect(field, 16);
        image.AddBlob(field);
    }
}
