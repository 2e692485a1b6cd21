using System.Globalization;
using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

/// <summary>
/// A double near a Julian day stands for some forty microseconds, and all of them lead back to it. Only the nearest is what the mapping writes; any other
/// is a changed value, so it is refused rather than decoded.
/// </summary>
internal sealed class JulianDayInverse(ColumnPlan column) : InstantInverse(column)
{
    private const decimal PostgresEpoch = 2_451_544.5m;

    protected override void Decode(long microseconds, SourceImage image)
    {
        // Through text: parsing rounds correctly, where a conversion from decimal does not.
        var day = double.Parse(((decimal)microseconds / ClockText.MicrosecondsPerDay + PostgresEpoch).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        if (!IsNearest(day, microseconds)) throw Refusal("not the microsecond nearest to any Julian day");
        image.AddReal(day);
    }

    /// <summary>Whether no microsecond is nearer, decided in whole numbers: day = mantissa / 2^shift, and a microsecond is 2^shift / 86,400,000,000 of that unit.</summary>
    private static bool IsNearest(double day, long microseconds)
    {
        var bits = BitConverter.DoubleToInt64Bits(day);
        var mantissa = (bits & 0xF_FFFF_FFFF_FFFF) | 0x10_0000_0000_0000;
        // Days of the years 0001-9999 lie between 2^20 and 2^23: normal numbers with a fraction of 30 to 32 bits.
        var shift = 1075 - (int)(bits >> 52);
        var half = (Int128)1 << (shift - 1);
        var exact = (Int128)mantissa * ClockText.MicrosecondsPerDay - ((Int128)4_903_089 * ClockText.MicrosecondsPerDay << (shift - 1));
        var distance = exact - ((Int128)microseconds << shift);
        return Int128.Abs(distance) <= half;
    }
}
