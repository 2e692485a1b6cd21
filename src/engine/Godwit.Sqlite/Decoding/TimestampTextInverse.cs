using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Decoding;

internal sealed class TimestampTextInverse(ColumnPlan column) : InstantInverse(column)
{
    private readonly byte _separator = column.Mapping.Separator is ' ' or 'T'
        ? (byte)column.Mapping.Separator
        : throw new ArgumentException($"column {column.TargetName}: the separator is neither a space nor T", nameof(column));

    private readonly FractionForm _fraction = column.Mapping.Fraction;
    private readonly ZoneForm _zone = column.Mapping.Zone;

    protected override void Decode(long microseconds, SourceImage image)
    {
        // Rounded down, not towards zero: before 2000 a part of a day belongs to the day that it began in.
        var day = Math.DivRem(microseconds, ClockText.MicrosecondsPerDay, out var ofDay);
        if (ofDay < 0) (day, ofDay) = (day - 1, ofDay + ClockText.MicrosecondsPerDay);

        Span<byte> text = stackalloc byte[11 + ClockText.MaxLength + 6];
        CalendarDay.FromDays((int)day).Write(text);
        text[10] = _separator;
        var length = ClockText.Write(text[11..], ofDay, _fraction);
        if (length < 0) throw Refusal("seconds or a fraction that the column's form has no place for");
        length += 11;
        var zone = _zone switch
        {
            ZoneForm.Z => "Z"u8,
            ZoneForm.PlusZero => "+00:00"u8,
            ZoneForm.PlusZeroShort => "+00"u8,
            _ => [],
        };
        zone.CopyTo(text[length..]);
        image.AddText(text[..(length + zone.Length)]);
    }
}
