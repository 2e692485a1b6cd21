using Godwit.Model.Values;

namespace Godwit.Sqlite.Tests.Decoding;

/// <summary>numeric's fields: count of digits, weight, sign, display scale, then digits of base 10,000.</summary>
public sealed class NumberTests
{
    private static readonly ValueMapping Number = new(MappingKind.Number);
    private static readonly ValueMapping Double = new(MappingKind.NumberAsDouble);
    private static readonly ValueMapping Decimal = new(MappingKind.DecimalText);

    [Theory]
    [InlineData("0000 0000 0000 0000", Affinity.Numeric, 0L)]
    [InlineData("0000 0000 0000 0002", Affinity.Integer, 0L)]
    [InlineData("0000 0000 0000 0000", Affinity.Real, 0.0)]
    [InlineData("0001 0000 0000 0000 0001", Affinity.Numeric, 1L)]
    [InlineData("0001 0000 0000 0000 0001", Affinity.Real, 1.0)]
    [InlineData("0001 0000 0000 0000 0001", Affinity.Blob, 1.0)]
    [InlineData("0001 0000 0000 0000 0001", Affinity.Text, 1.0)]
    [InlineData("0001 0000 4000 0000 04D2", Affinity.Numeric, -1234L)]
    [InlineData("0001 0002 0000 0000 0001", Affinity.Numeric, 100000000L)]
    [InlineData("0002 0000 0000 0001 0001 1388", Affinity.Numeric, 1.5)]
    [InlineData("0001 FFFF 0000 0001 03E8", Affinity.Numeric, 0.1)]
    [InlineData("0001 FFFE 4000 0005 03E8", Affinity.Numeric, -0.00001)]
    [InlineData("0005 0004 0000 0000 039A 0D2C 0170 1565 16AF", Affinity.Numeric, long.MaxValue)]
    [InlineData("0005 0004 4000 0000 039A 0D2C 0170 1565 16B0", Affinity.Numeric, long.MinValue)]
    [InlineData("0001 0005 0000 0000 0064", Affinity.Numeric, 1e22)]
    [InlineData("0001 0005 0000 0000 0064", Affinity.Blob, 1e22)]
    public void A_numeric_gives_back_INTEGER_or_REAL_by_the_columns_affinity(string hex, Affinity affinity, object expected) =>
        Decoded.Gives(expected, hex, Number, TargetType.Numeric, affinity);

    [Fact]
    public void The_infinities_of_numeric_give_back_those_of_REAL()
    {
        Decoded.Gives(double.PositiveInfinity, "0000 0000 D000 0020", Number, TargetType.Numeric, Affinity.Numeric);
        Decoded.Gives(double.NegativeInfinity, "0000 0000 F000 0020", Number, TargetType.Numeric, Affinity.Numeric);
    }

    [Theory]
    [InlineData("0000 0000 C000 0000")] // NaN
    [InlineData("0000 0000 8000 0000")]
    [InlineData("0000 0000 4000 0000")] // -0
    [InlineData("0000 0001 0000 0000")]
    [InlineData("0001 0000 D000 0000 0001")]
    [InlineData("0001 0000 0000 0000 2710")] // a digit of 10,000
    [InlineData("0001 0000 0000 0000 0000")]
    [InlineData("0002 0001 0000 0000 0000 0001")]
    [InlineData("0002 0001 0000 0000 0001 0000")]
    [InlineData("0002 0000 0000 0000 0001 1388")] // 1.5 shown with no decimals
    [InlineData("0001 0000 0000 4000 0001")]
    [InlineData("0001 0000 0000 0000")]
    [InlineData("0001 0000 0000 0000 0001 00")]
    [InlineData("FFFF 0000 0000 0000")]
    [InlineData("0000 0000 0000")]
    public void A_numeric_that_PostgreSQL_does_not_write_is_refused(string hex)
    {
        Decoded.IsRefused(hex, Number, TargetType.Numeric, Affinity.Numeric);
        Decoded.IsRefused(hex, Decimal, TargetType.Numeric);
    }

    [Theory]
    [InlineData("0006 FFFF 0000 0018 03E8 0000 0000 0000 0000 0001", Affinity.Numeric)] // 0.100000000000000000000001
    [InlineData("0005 0004 0000 0000 01CD 0696 00B8 0AB2 1EE0", Affinity.Real)] // 2^62 in full, where the shortest text is 4611686018427388000
    [InlineData("0001 7FFF 0000 0000 0001", Affinity.Numeric)]
    [InlineData("0001 FF00 0000 03FF 0001", Affinity.Numeric)]
    public void A_numeric_that_is_not_the_shortest_text_of_a_double_is_refused(string hex, Affinity affinity) =>
        Decoded.IsRefused(hex, Number, TargetType.Numeric, affinity);

    [Fact]
    public void Every_double_comes_back_from_its_shortest_text()
    {
        var random = new Random(20260101);
        for (var i = 0; i < 5000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (!double.IsFinite(value) || value == 0) continue;
            Assert.Equal(Images.Of(value), Decoded.Decode(Images.Field(NumericBytes.Of(value.ToString("R"))), Number, TargetType.Numeric, Affinity.Real));
        }
    }

    [Theory]
    [InlineData("0000000000000000", Affinity.Numeric, 0L)]
    [InlineData("8000000000000000", Affinity.Numeric, -0.0)]
    [InlineData("C008000000000000", Affinity.Integer, -3L)]
    [InlineData("C008000000000000", Affinity.Real, -3.0)]
    [InlineData("C008000000000000", Affinity.Blob, -3.0)]
    [InlineData("3FF8000000000000", Affinity.Numeric, 1.5)]
    [InlineData("4340000000000000", Affinity.Numeric, 9007199254740992L)]
    [InlineData("C340000000000000", Affinity.Numeric, -9007199254740992L)]
    [InlineData("4340000000000001", Affinity.Numeric, 9007199254740994.0)]
    [InlineData("7FF0000000000000", Affinity.Numeric, double.PositiveInfinity)]
    public void A_double_gives_back_INTEGER_only_where_it_is_exact(string hex, Affinity affinity, object expected) =>
        Decoded.Gives(expected, hex, Double, TargetType.DoublePrecision, affinity);

    [Theory]
    [InlineData("0000 0000 0000 0002", "0.0")]
    [InlineData("0002 0000 0000 0002 000C 1388", "12.5")]
    [InlineData("0001 0000 4000 0002 0064", "-100.0")]
    [InlineData("0001 FFFE 4000 0008 0001", "-0.00000001")]
    [InlineData("0003 0001 0000 0004 0001 0000 0001", "10000.0001")]
    public void A_numeric_gives_back_the_decimal_text_of_EF_Core(string hex, string expected) => Decoded.Gives(expected, hex, Decimal, TargetType.Numeric);

    [Fact]
    public void An_infinity_has_no_decimal_text() => Decoded.IsRefused("0000 0000 D000 0020", Decimal, TargetType.Numeric);
}
