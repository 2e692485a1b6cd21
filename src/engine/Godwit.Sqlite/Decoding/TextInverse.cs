using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

/// <summary>text, varchar and json send their bytes as they are, in the client's encoding: the connection must have UTF8.</summary>
internal sealed class TextInverse(ColumnPlan column) : ValueInverse(column)
{
    public override void Decode(ReadOnlySpan<byte> field, SourceImage image) => image.AddText(field);
}
