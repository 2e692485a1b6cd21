using System.Buffers.Binary;
using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

/// <summary>time sends the microseconds since midnight. Its 24:00:00 comes from no text that the mapping takes.</summary>
internal sealed class TimeTextInverse(ColumnPlan column) : ValueInverse(column)
{
    private readonly Model.Values.FractionForm _fraction = column.Mapping.Fraction;

    public override void Decode(ReadOnlySpan<byte> field, SourceImage image)
    {
        Expect(field, sizeof(long));
        var microseconds = BinaryPrimitives.ReadInt64BigEndian(field);
        if (microseconds is < 0 or >= ClockText.MicrosecondsPerDay) throw Refusal("not within a day");
        Span<byte> text = stackalloc byte[ClockText.MaxLength];
        var length = ClockText.Write(text, microseconds, _fraction);
        if (length < 0) throw Refusal("seconds or a fraction that the column's form has no place for");
        image.AddText(text[..length]);
    }
}
