using System.Buffers.Binary;
using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

/// <summary>
/// timestamp and timestamptz both send the microseconds since 2000-01-01 00:00, the latter's in UTC; their infinities are the ends of 64 bits and
/// so outside the years that a mapping takes.
/// </summary>
internal abstract class InstantInverse(ColumnPlan column) : ValueInverse(column)
{
    private const long First = CalendarDay.First * ClockText.MicrosecondsPerDay;
    private const long End = (CalendarDay.Last + 1) * ClockText.MicrosecondsPerDay;

    public sealed override void Decode(ReadOnlySpan<byte> field, SourceImage image)
    {
        Expect(field, sizeof(long));
        var microseconds = BinaryPrimitives.ReadInt64BigEndian(field);
        if (microseconds is < First or >= End) throw Refusal("not of the years 0001-9999");
        Decode(microseconds, image);
    }

    /// <param name="microseconds">Since 2000-01-01, within the years 0001-9999.</param>
    protected abstract void Decode(long microseconds, SourceImage image);
}
