using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Decoding;

/// <summary>uuid sends its sixteen bytes in the order in which its text has them.</summary>
internal sealed class UuidTextInverse(ColumnPlan column) : ValueInverse(column)
{
    private readonly bool _dashed = column.Mapping.UuidForm is UuidForm.Dashed or UuidForm.DashedUpper;
    private readonly bool _upper = column.Mapping.UuidForm is UuidForm.DashedUpper;

    public override void Decode(ReadOnlySpan<byte> field, SourceImage image)
    {
        Expect(field, 16);
        var text = image.AddText(_dashed ? 36 : 32);
        var digits = _upper ? "0123456789ABCDEF"u8 : "0123456789abcdef"u8;
        var at = 0;
        for (var i = 0; i < field.Length; i++)
        {
            if (_dashed && i is 4 or 6 or 8 or 10) text[at++] = (byte)'-';
            text[at++] = digits[field[i] >> 4];
            text[at++] = digits[field[i] & 0xF];
        }
    }
}
