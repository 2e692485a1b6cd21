namespace Godwit.Sqlite.Profiling;

/// <summary>
/// Cuts the 64-bit integers into cells within which all <see cref="IntegerTraits"/> are the same, so that a value needs two comparisons
/// with the last value's cell and no more.
/// </summary>
internal sealed class IntegerCells
{
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;
    private const long LikelySecondsFrom = 100_000_000;
    private const long LikelyMillisecondsFrom = 100_000_000_000;

    private readonly (ulong Trait, long From, long UpTo)[] _ranges;
    private readonly long[] _starts;

    /// <param name="wholeDigits">Digits before the point of the column's numeric(p,s), or null.</param>
    public IntegerCells(int? wholeDigits)
    {
        var ranges = new List<(ulong, long, long)>
        {
            (IntegerTraits.Boolean, 0, 1),
            (IntegerTraits.Int16, short.MinValue, short.MaxValue),
            (IntegerTraits.Int32, int.MinValue, int.MaxValue),
            (IntegerTraits.ExactAsDouble, -(1L << 53), 1L << 53),
            (IntegerTraits.UnixSeconds, FirstSecond, LastSecond),
            (IntegerTraits.UnixMilliseconds, FirstSecond * 1000, LastSecond * 1000 + 999),
            (IntegerTraits.LikelySeconds, LikelySecondsFrom, LikelyMillisecondsFrom - 1),
            (IntegerTraits.LikelyMilliseconds, LikelyMillisecondsFrom, LastSecond * 1000 + 999),
        };
        if (wholeDigits is { } digits)
        {
            var most = digits > 18 ? long.MaxValue : PowerOfTen(digits) - 1;
            ranges.Add((IntegerTraits.InDeclaredDigits, digits > 18 ? long.MinValue : -most, most));
        }
        _ranges = [.. ranges];
        _starts = [.. _ranges.SelectMany(r => r.UpTo == long.MaxValue ? [r.From] : new[] { r.From, r.UpTo + 1 }).Append(long.MinValue).Distinct().Order()];
    }

    /// <summary>The cell of a value: its bounds, both inclusive, and the traits of all values in it.</summary>
    public (long From, long UpTo, ulong Traits) Find(long value)
    {
        var at = Array.BinarySearch(_starts, value);
        if (at < 0) at = ~at - 1;
        ulong traits = 0;
        foreach (var (trait, from, upTo) in _ranges)
        {
            if (value >= from && value <= upTo) traits |= trait;
        }
        return (_starts[at], at + 1 < _starts.Length ? _starts[at + 1] - 1 : long.MaxValue, traits);
    }

    private static long PowerOfTen(int exponent)
    {
        long power = 1;
        for (var i = 0; i < exponent; i++) power *= 10;
        return power;
    }
}
