using Godwit.Model.Values;

namespace Godwit.Sqlite.Tests.Decoding;

public sealed class PlainValueTests
{
    private static readonly ValueMapping Integer = new(MappingKind.Integer);
    private static readonly ValueMapping Real = new(MappingKind.Real);
    private static readonly ValueMapping Text = new(MappingKind.Text);

    [Theory]
    [InlineData(TypeName.Smallint, "8000", -32768L)]
    [InlineData(TypeName.Smallint, "7FFF", 32767L)]
    [InlineData(TypeName.Integer, "FFFFFFFF", -1L)]
    [InlineData(TypeName.Integer, "7FFFFFFF", 2147483647L)]
    [InlineData(TypeName.Bigint, "7FFFFFFFFFFFFFFF", long.MaxValue)]
    [InlineData(TypeName.Bigint, "8000000000000000", long.MinValue)]
    public void Integers_of_every_width_give_back_INTEGER(TypeName type, string hex, long expected) =>
        Decoded.Gives(expected, hex, Integer, new TargetType(type));

    [Theory]
    [InlineData(TypeName.Smallint, "00000001")]
    [InlineData(TypeName.Integer, "0001")]
    [InlineData(TypeName.Bigint, "00000001")]
    [InlineData(TypeName.Bigint, "")]
    public void An_integer_of_another_width_is_refused(TypeName type, string hex) => Decoded.IsRefused(hex, Integer, new TargetType(type));

    [Theory]
    [InlineData("8000000000000000", -0.0)]
    [InlineData("3FB999999999999A", 0.1)]
    [InlineData("7FF0000000000000", double.PositiveInfinity)]
    [InlineData("FFF0000000000000", double.NegativeInfinity)]
    [InlineData("0000000000000001", double.Epsilon)]
    public void A_double_gives_back_REAL_bit_for_bit(string hex, double expected) => Decoded.Gives(expected, hex, Real, TargetType.DoublePrecision);

    [Theory]
    [InlineData("7FF8000000000000")]
    [InlineData("FFF8000000000000")]
    [InlineData("7FF0000000000001")]
    [InlineData("3FB99999")]
    public void NaN_which_SQLite_never_stores_is_refused(string hex)
    {
        Decoded.IsRefused(hex, Real, TargetType.DoublePrecision);
        Decoded.IsRefused(hex, new ValueMapping(MappingKind.NumberAsDouble), TargetType.DoublePrecision);
    }

    [Theory]
    [InlineData(TypeName.Text)]
    [InlineData(TypeName.Varchar)]
    [InlineData(TypeName.Json)]
    public void Text_gives_back_TEXT_byte_for_byte(TypeName type)
    {
        Decoded.Gives("é\u0001 ", "C3A90120", Text, new TargetType(type));
        Decoded.Gives("", "", Text, new TargetType(type));
    }

    [Fact]
    public void Bytea_gives_back_BLOB_and_an_empty_one_is_no_NULL()
    {
        Decoded.Gives(new byte[] { 0, 255 }, "00FF", new ValueMapping(MappingKind.Blob), TargetType.Bytea);
        Decoded.Gives(Array.Empty<byte>(), "", new ValueMapping(MappingKind.Blob), TargetType.Bytea);
    }

    [Fact]
    public void Booleans_give_back_0_and_1_or_the_two_words()
    {
        var words = new ValueMapping(MappingKind.BooleanText) { FalseWord = "f", TrueWord = "t" };
        Decoded.Gives(0, "00", new ValueMapping(MappingKind.BooleanInteger), TargetType.Boolean);
        Decoded.Gives(1, "01", new ValueMapping(MappingKind.BooleanInteger), TargetType.Boolean);
        Decoded.Gives("f", "00", words, TargetType.Boolean);
        Decoded.Gives("t", "01", words, TargetType.Boolean);
        Decoded.IsRefused("02", new ValueMapping(MappingKind.BooleanInteger), TargetType.Boolean);
        Decoded.IsRefused("02", words, TargetType.Boolean);
        Decoded.IsRefused("0001", words, TargetType.Boolean);
    }

    [Theory]
    [InlineData(UuidForm.Hex, "00112233445566778899aabbccddeeff")]
    [InlineData(UuidForm.Dashed, "00112233-4455-6677-8899-aabbccddeeff")]
    [InlineData(UuidForm.DashedUpper, "00112233-4455-6677-8899-AABBCCDDEEFF")]
    public void A_uuid_gives_back_its_text_in_the_columns_form(UuidForm form, string expected) =>
        Decoded.Gives(expected, "00112233445566778899AABBCCDDEEFF", new ValueMapping(MappingKind.UuidText) { UuidForm = form }, TargetType.Uuid);

    [Fact]
    public void A_uuid_gives_back_its_BLOB_in_the_order_of_its_bytes()
    {
        Decoded.Gives(Decoded.Hex("00112233445566778899AABBCCDDEEFF"), "00112233445566778899AABBCCDDEEFF", new ValueMapping(MappingKind.UuidBlob), TargetType.Uuid);
        Decoded.IsRefused("0011", new ValueMapping(MappingKind.UuidBlob), TargetType.Uuid);
        Decoded.IsRefused("0011", new ValueMapping(MappingKind.UuidText), TargetType.Uuid);
    }
}
