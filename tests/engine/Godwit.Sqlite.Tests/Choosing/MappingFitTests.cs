using Godwit.Model.Values;
using Godwit.Sqlite.Choosing;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Tests.Choosing;

/// <summary>Values that only tampering, a generated column or another writer leaves in a column, and those at a mapping's edges.</summary>
public sealed class MappingFitTests
{
    private static bool Fits(string declared, object value, MappingKind kind, TargetType? type = null)
    {
        var profile = new ColumnProfile(ColumnToChoose.ToProfile("c", declared, strict: false, map: null), new ProfileOptions());
        if (value is long integer) profile.AddInteger(integer, 1);
        else profile.AddReal((double)value, 1);
        return MappingFit.Fits(type ?? TargetType.Text, new ValueMapping(kind), new ColumnToChoose("t", declared, Strict: false, profile), profile.Groups[0]);
    }

    [Theory]
    [InlineData("NUMERIC", 2.0, false)]
    [InlineData("INTEGER", 2.0, false)]
    [InlineData("REAL", 2.0, true)]
    [InlineData("BLOB", 2.0, true)]
    [InlineData("REAL", -0.0, false)]
    [InlineData("NUMERIC", 2.5, true)]
    [InlineData("NUMERIC", double.NegativeInfinity, true)]
    [InlineData("NUMERIC", 9_223_372_036_854_775_808.0, true)]
    [InlineData("NUMERIC", -9_223_372_036_854_775_808.0, true)]
    [InlineData("NUMERIC", -9_223_372_036_854_774_784.0, false)]
    [InlineData("NUMERIC", long.MaxValue, true)]
    [InlineData("BLOB", 5L, false)]
    [InlineData("REAL", 5L, false)]
    [InlineData("TEXT", 5L, false)]
    public void A_number_fits_numeric_when_its_class_comes_back(string declared, object value, bool fits) =>
        Assert.Equal(fits, Fits(declared, value, MappingKind.Number, TargetType.Numeric));

    [Theory]
    [InlineData("INTEGER", 9_007_199_254_740_992L, true)]
    [InlineData("INTEGER", 9_007_199_254_740_993L, false)]
    [InlineData("INTEGER", -0.0, false)]
    [InlineData("REAL", -0.0, true)]
    [InlineData("INTEGER", 0.5, true)]
    [InlineData("BLOB", 1L, false)]
    public void A_number_fits_double_precision_when_its_class_and_bits_come_back(string declared, object value, bool fits) =>
        Assert.Equal(fits, Fits(declared, value, MappingKind.NumberAsDouble, TargetType.DoublePrecision));

    [Fact]
    public void Milliseconds_do_not_fit_a_type_without_room_for_them()
    {
        Assert.False(Fits("INTEGER", 1_700_000_000_123L, MappingKind.UnixMilliseconds, TargetType.Timestamp with { Precision = 0 }));
        Assert.True(Fits("INTEGER", 1_700_000_000_123L, MappingKind.UnixMilliseconds, TargetType.Timestamp with { Precision = 3 }));
    }

    [Theory]
    [InlineData(253_402_300_799, true)]
    [InlineData(253_402_300_800, false)]
    [InlineData(-62_135_596_800, true)]
    [InlineData(-62_135_596_801, false)]
    public void Seconds_fit_within_the_years_1_to_9999(long seconds, bool fits)
    {
        Assert.Equal(fits, Fits("INTEGER", seconds, MappingKind.UnixSeconds, TargetType.Timestamptz));
    }

    [Fact]
    public void Numbers_with_a_text_of_their_own_length_need_room_in_varchar()
    {
        var narrow = new TargetType(TypeName.Varchar, Length: 5);
        Assert.False(Fits("INTEGER", 12345678L, MappingKind.AnyText, narrow));
        Assert.True(Fits("INTEGER", 12345678L, MappingKind.AnyText));
    }
}
