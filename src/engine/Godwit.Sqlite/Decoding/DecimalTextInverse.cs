using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

internal sealed class DecimalTextInverse(ColumnPlan column) : NumericInverse(column)
{
    protected override void DecodeInfinity(double infinity, SourceImage image) => throw Refusal("an infinity, which no decimal text has");

    protected override void Decode(ReadOnlySpan<byte> text, bool integral, SourceImage image)
    {
        var added = image.AddText(integral ? text.Length + 2 : text.Length);
        text.CopyTo(added);
        if (integral) ".0"u8.CopyTo(added[text.Length..]);
    }
}
