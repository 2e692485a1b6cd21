using Godwit.Engine.Transforms;
using Godwit.Model.Values;
using Godwit.Sqlite.Transforming;

namespace Godwit.Sqlite.Tests.Transforming;

public sealed class ResultFormTests
{
    [Theory]
    [InlineData("12", 12L)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("9223372036854775808", "9223372036854775808")]
    [InlineData("12.0", "12.0")]
    [InlineData(" 12", " 12")]
    [InlineData("", "")]
    public void Text_becomes_an_integer_where_it_is_one(string text, object expected) => Assert.Equal(expected, Convert(text, TargetType.Bigint));

    [Theory]
    [InlineData("true", 1L)]
    [InlineData("YES", 1L)]
    [InlineData("0", 0L)]
    [InlineData("2", "2")]
    [InlineData("tr", "tr")]
    public void Text_becomes_a_boolean_where_it_is_a_word_for_one(string text, object expected) => Assert.Equal(expected, Convert(text, TargetType.Boolean));

    [Theory]
    [InlineData("12", "12.0")]
    [InlineData("-0.50", "-0.5")]
    [InlineData("-0", "0.0")]
    [InlineData(".5", "0.5")]
    [InlineData("007.10", "7.1")]
    [InlineData("123456789012345678901234567890.123", "123456789012345678901234567890.123")]
    [InlineData("1e3", "1e3")]
    [InlineData("", "")]
    [InlineData("-", "-")]
    public void Text_becomes_a_decimal_without_digits_that_say_nothing(string text, string expected) => Assert.Equal(expected, Convert(text, TargetType.Numeric));

    [Theory]
    [InlineData("12.50", 12.5)]
    [InlineData("12.00", 12L)]
    [InlineData("0.1", 0.1)]
    [InlineData("12345678901234567.25", "12345678901234567.25")]
    [InlineData("many", "many")]
    public void A_number_of_fixed_digits_is_a_double_only_where_that_is_the_same_number(string text, object expected) =>
        Assert.Equal(expected, Convert(text, TargetType.Numeric with { Precision = 20, Scale = 2 }));

    [Theory]
    [InlineData("2.5", 2.5)]
    [InlineData("1e300", 1e300)]
    [InlineData("1e400", "1e400")]
    [InlineData("NaN", "NaN")]
    public void Text_becomes_a_double_where_it_is_a_finite_one(string text, object expected) => Assert.Equal(expected, Convert(text, TargetType.DoublePrecision));

    [Fact]
    public void Bytes_and_text_do_not_stand_for_each_other()
    {
        Assert.Throws<TransformException>(() => ResultForms.Convert(CellValue.Of("x"), ResultForm.Bytes));
        Assert.Throws<TransformException>(() => ResultForms.Convert(CellValue.Of([1]), ResultForm.Text));
        Assert.Null(ResultForms.Convert(CellValue.Null, ResultForm.Bytes));
    }

    private static object? Convert(string text, TargetType type) => ResultForms.Convert(CellValue.Of(text), ResultForms.Of(type));
}
