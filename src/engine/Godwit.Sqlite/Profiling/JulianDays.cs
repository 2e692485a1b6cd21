namespace Godwit.Sqlite.Profiling;

/// <summary>
/// Julian days as REAL (https://sqlite.org/lang_datefunc.html). A double near a Julian day stands for some forty microseconds; only the one
/// nearest to it is what a move writes, and only when the way back gives the same double.
/// </summary>
public static class JulianDays
{
    private const long MicrosecondsPerDay = 86_400_000_000;
    private const double FirstDay = 1_721_425.5;
    private const double AfterLastDay = 5_373_484.5;

    /// <summary>The microsecond since 2000-01-01 nearest to a Julian day of the years 0001-9999, if it leads back to it bit for bit.</summary>
    public static bool TryToMicroseconds(double day, out long microseconds)
    {
        microseconds = 0;
        if (!(day >= FirstDay && day < AfterLastDay)) return false;
        // Between 2^20 and 2^23 a double has at most 32 bits of fraction: scaled by 2^32 it is whole, and the arithmetic exact.
        var scaled = (Int128)(long)(day * 4_294_967_296.0) - ((Int128)4_903_089 << 31);
        var product = scaled * MicrosecondsPerDay;
        microseconds = (long)((product + ((Int128)1 << 31)) >> 32);
        return ToJulian(microseconds) == day;
    }

    /// <summary>
    /// The double nearest to a microsecond's Julian day, ties to even, as <see cref="Godwit.Model.Values.MappingKind.JulianDay"/> defines it. In whole numbers,
    /// since neither decimal's conversion nor a division of doubles rounds correctly.
    /// </summary>
    public static double ToJulian(long microseconds)
    {
        // The Julian day times the microseconds of a day: an integer below 2^59.
        var scaled = microseconds + 4_903_089L * (MicrosecondsPerDay / 2);
        var shift = 52 - (63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(scaled / MicrosecondsPerDay)));
        var (mantissa, rest) = Int128.DivRem((Int128)scaled << shift, MicrosecondsPerDay);
        var twice = rest * 2;
        if (twice > MicrosecondsPerDay || (twice == MicrosecondsPerDay && Int128.IsOddInteger(mantissa))) mantissa++;
        return Math.ScaleB((double)(long)mantissa, -shift);
    }
}
