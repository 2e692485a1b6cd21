using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

internal sealed class BlobInverse(ColumnPlan column) : ValueInverse(column)
{
    public override void Decode(ReadOnlySpan<byte> field, SourceImage image) => image.AddBlob(field);
}
