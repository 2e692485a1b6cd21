using System.Globalization;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Tests.Profiling;

public sealed class NumberTraitsTests
{
    private static readonly Gen<double> AnyDouble = Gen.OneOf(
        ArbMap.Default.GeneratorFor<long>().Select(BitConverter.Int64BitsToDouble).Where(d => !double.IsNaN(d)),
        Gen.Choose(-100_000_000, 100_000_000).Select(i => i / 100.0),
        Gen.Choose(-100_000_000, 100_000_000).Select(i => i / 1000.0),
        Gen.Choose(-1000, 1000).Select(i => i * 0.1),
        Gen.Choose(0, 400).Select(e => Math.Pow(10, e - 200)),
        Gen.Elements(0.0, -0.0, 0.1 + 0.2, 1e15, 1e16, 123456789012345.67, double.Epsilon, double.MaxValue, double.PositiveInfinity, 9_223_372_036_854_775_808.0, -9_223_372_036_854_775_808.0, 99_999_999.99, 100_000_000.0));

    private static readonly Gen<long> AnyInteger = Gen.OneOf(
        ArbMap.Default.GeneratorFor<long>(),
        from edge in Gen.Elements(0, 1, short.MaxValue, int.MaxValue, 1L << 53, 253_402_300_799, 253_402_300_799_999, 62_135_596_800, 62_135_596_800_000, 100_000_000, 100_000_000_000, 99_999_999, long.MaxValue)
        from offset in Gen.Choose(-2, 2)
        from sign in Gen.Elements(-1, 1)
        select unchecked(edge * sign + offset));

    private static ValueGroup GroupOf(double value, int? precision = null, int scale = 0)
    {
        var profile = new ColumnProfile(new ColumnToProfile("c", Affinity.Numeric) { TrackShapes = true, Precision = precision, Scale = scale }, new ProfileOptions());
        profile.AddReal(value, 1);
        return Assert.Single(profile.Groups);
    }

    /// <summary>The digits that numeric(p,s) would have to hold, by exact arithmetic on the shortest text.</summary>
    private static bool FitsDigits(double value, int precision, int scale)
    {
        if (!double.IsFinite(value)) return false;
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var parts = shortest.Split('E');
        var exponent = parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var digits = BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        var shift = exponent - (point < 0 ? 0 : parts[0].Length - point - 1) + scale;
        var scaled = digits;
        if (shift >= 0) scaled *= BigInteger.Pow(10, shift);
        else if (!BigInteger.Remainder(digits, BigInteger.Pow(10, -shift)).IsZero) return false;
        else scaled /= BigInteger.Pow(10, -shift);
        return scaled < BigInteger.Pow(10, precision);
    }

    [Fact]
    public void A_real_fits_declared_digits_exactly_when_its_shortest_text_does()
    {
        var digits = from precision in Gen.Elements(1, 5, 10, 15, 16, 20, 400) from scale in Gen.Elements(0, 1, 2, 4, 15, 300) where scale <= precision select (precision, scale);
        Prop.ForAll(AnyDouble.ToArbitrary(), digits.ToArbitrary(), (value, d) =>
            GroupOf(value, d.precision, d.scale).Has(RealTraits.InDeclaredDigits) == FitsDigits(value, d.precision, d.scale)).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000));
    }

    [Fact]
    public void An_integers_cell_says_of_it_what_plain_comparisons_say() =>
        Prop.ForAll(AnyInteger.ToArbitrary(), Gen.Elements(1, 5, 18, 19, 30).ToArbitrary(), (value, wholeDigits) =>
        {
            var profile = new ColumnProfile(new ColumnToProfile("c", Affinity.Integer) { Precision = wholeDigits }, new ProfileOptions());
            profile.AddInteger(5, 1);
            profile.AddInteger(value, 2);
            var group = profile.Groups.Single(g => g.Rows.Contains(2));
            var seconds = value is >= -62_135_596_800 and <= 253_402_300_799;
            var milliseconds = value is >= -62_135_596_800_000 and <= 253_402_300_799_999;
            return group.Has(IntegerTraits.Boolean) == value is 0 or 1
                && group.Has(IntegerTraits.Int16) == (value == (short)value)
                && group.Has(IntegerTraits.Int32) == (value == (int)value)
                && group.Has(IntegerTraits.ExactAsDouble) == value is >= -(1L << 53) and <= 1L << 53
                && group.Has(IntegerTraits.UnixSeconds) == seconds
                && group.Has(IntegerTraits.UnixMilliseconds) == milliseconds
                && group.Has(IntegerTraits.InDeclaredDigits) == BigInteger.Abs(value) < BigInteger.Pow(10, wholeDigits)
                && profile.MinInteger == Math.Min(value, 5) && profile.MaxInteger == Math.Max(value, 5);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000));

    [Theory]
    [InlineData(1.5, 0UL)]
    [InlineData(2.0, RealTraits.Integral)]
    [InlineData(-0.0, RealTraits.Integral | RealTraits.NegativeZero)]
    [InlineData(double.PositiveInfinity, RealTraits.Infinite)]
    [InlineData(9_223_372_036_854_775_808.0, 0UL)]
    [InlineData(-9_223_372_036_854_775_808.0, 0UL)]
    [InlineData(-9_223_372_036_854_774_784.0, RealTraits.Integral)]
    [InlineData(1e300, 0UL)]
    public void A_reals_traits_say_whether_a_number_gives_it_back(double value, ulong traits) => Assert.Equal(traits, GroupOf(value).Traits);

    /// <summary>
    /// SQLite keeps a moment as whole milliseconds, and a Julian day as that number divided by a day's. The mapping's formula rounds more than once, so
    /// one in twenty does not come back and is a misfit.
    /// </summary>
    [Fact]
    public void Julian_days_that_SQLite_makes_lead_back_to_themselves_or_are_refused()
    {
        var random = new Random(20260101);
        for (var i = 0; i < 200_000; i++)
        {
            var ms = random.NextInt64(148_731_163_200_000, 464_269_060_800_000);
            var day = ms / 86_400_000.0;
            if (JulianDays.TryToMicroseconds(day, out var microseconds)) Assert.Equal(day, JulianDays.ToJulian(microseconds));
            Assert.InRange(microseconds, ms * 1000 - 211_813_444_800_000_000 - 41, ms * 1000 - 211_813_444_800_000_000 + 41);
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1_721_425.0)]
    [InlineData(5_373_484.5)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    public void A_real_outside_the_years_1_to_9999_is_no_Julian_day(double value) => Assert.False(JulianDays.TryToMicroseconds(value, out _));

    [Fact]
    public void A_Julian_days_microsecond_is_the_nearest_of_all_that_lead_to_it()
    {
        Assert.True(JulianDays.TryToMicroseconds(2_451_544.5, out var epoch));
        Assert.Equal(0, epoch);
        Assert.True(JulianDays.TryToMicroseconds(2_451_545.0, out var noon));
        Assert.Equal(43_200_000_000, noon);
    }

    [Theory]
    [InlineData("12", true)]
    [InlineData(" 12 ", true)]
    [InlineData("\t-1.5e+10\n", true)]
    [InlineData(".5", true)]
    [InlineData("5.", true)]
    [InlineData("+7", true)]
    [InlineData("12abc", false)]
    [InlineData("1e", false)]
    [InlineData(".", false)]
    [InlineData("-", false)]
    [InlineData("0x10", false)]
    [InlineData("1 2", false)]
    [InlineData("Inf", false)]
    [InlineData(" ", false)]
    public void Texts_that_a_numeric_affinity_converts_are_the_ones_that_SQLite_converts(string text, bool converts)
    {
        using var source = new ProfiledSource("CREATE TABLE t (c NUMERIC)");
        source.Connection.Execute("INSERT INTO t VALUES (?1)", text);
        Assert.Equal(converts, source.Connection.QueryText("SELECT typeof(c) FROM t") != "text");

        var profile = new ColumnProfile(new ColumnToProfile("c", Affinity.Numeric), new ProfileOptions());
        profile.AddText(Encoding.UTF8.GetBytes(text), 1);
        Assert.Equal(converts, profile.Groups[0].Has(TextTraits.LooksNumeric));
    }
}
