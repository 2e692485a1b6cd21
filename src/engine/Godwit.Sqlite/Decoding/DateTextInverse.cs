using System.Buffers.Binary;
using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

/// <summary>date sends the days since 2000-01-01; its infinities are the ends of 32 bits and so outside the years that have a text.</summary>
internal sealed class DateTextInverse(ColumnPlan column) : ValueInverse(column)
{
    public override void Decode(ReadOnlySpan<byte> field, SourceImage image)
    {
        Expect(field, sizeof(int));
        var days = BinaryPrimitives.ReadInt32BigEndian(field);
        if (days is < CalendarDay.First or > CalendarDay.Last) throw Refusal("not of the years 0001-9999");
        CalendarDay.FromDays(days).Write(image.AddText(10));
    }
}
