using Godwit.Model.Values;
using Godwit.Sqlite.Decoding;

namespace Godwit.Sqlite.Tests.Decoding;

public sealed class RowFramingTests
{
    private static readonly InverseDecoder Two = new(
    [
        Plans.Column(new ValueMapping(MappingKind.Integer), TargetType.Bigint, name: "first"),
        Plans.Column(new ValueMapping(MappingKind.Text), TargetType.Text, name: "second"),
    ]);

    [Fact]
    public void A_row_gives_its_columns_in_order_and_NULL_is_a_length_of_minus_one()
    {
        var image = new SourceImage();
        Two.Decode(Decoded.Hex("00000008 0000000000000102 FFFFFFFF"), image);
        Two.Decode(Decoded.Hex("FFFFFFFF 00000002 6162"), image);
        Assert.Equal("49" + "0000000000000102" + "4E" + "4E" + "54" + "00000002" + "6162", Convert.ToHexString(image.Bytes));
    }

    [Theory]
    [InlineData("", "first")]
    [InlineData("FFFFFF", "first")]
    [InlineData("FFFFFFFF", "second")]
    [InlineData("FFFFFFFF 00000003 6162", "second")]
    [InlineData("FFFFFFFF FFFFFFFE", "second")]
    [InlineData("FFFFFFFF 80000000", "second")]
    [InlineData("FFFFFFFF FFFFFFFF 00", null)]
    [InlineData("FFFFFFFF FFFFFFFF FFFFFFFF", null)]
    [InlineData("00000004 00000001 FFFFFFFF", "first")]
    public void A_row_that_is_cut_or_too_long_is_refused_with_its_column(string hex, string? column)
    {
        var refusal = Assert.Throws<UndecodableException>(() => Two.Decode(Decoded.Hex(hex), new SourceImage()));
        Assert.Equal(column, refusal.Column);
    }

    [Fact]
    public void NULL_comes_back_as_NULL_through_every_mapping()
    {
        foreach (var vector in DecodingVectors.All.DistinctBy(v => v.Mapping.Kind))
            Assert.Equal("N"u8.ToArray(), Decoded.Decode(Decoded.Hex("FFFFFFFF"), vector.Mapping, vector.Type));
    }

    [Fact]
    public void Every_mapping_has_vectors() =>
        Assert.Equal(Enum.GetValues<MappingKind>().Except([MappingKind.Verbatim]), DecodingVectors.All.Select(v => v.Mapping.Kind).Distinct().Order());

    [Theory]
    [InlineData(MappingKind.Integer, TypeName.Text)]
    [InlineData(MappingKind.Number, TypeName.DoublePrecision)]
    [InlineData(MappingKind.JulianDay, TypeName.Timestamptz)]
    [InlineData(MappingKind.BooleanText, TypeName.Boolean)]
    public void A_mapping_that_does_not_lead_to_the_columns_type_is_a_misuse(MappingKind kind, TypeName type) =>
        Assert.Throws<ArgumentException>(() => new InverseDecoder([Plans.Column(new ValueMapping(kind), new TargetType(type))]));
}
