using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Security.Canonical;

namespace Godwit.Security.Tests.Canonical;

public sealed class CanonicalJsonTests
{
    /// <summary>RFC 8785 section 3.2.3: sorted by UTF-16 code units, so the emoji's surrogates come before U+FB33.</summary>
    [Fact]
    public void Members_are_sorted_as_RFC_8785_sorts_them()
    {
        var json = """
            {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
             "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
            """;
        using var document = JsonDocument.Parse(Canonical(json));
        Assert.Equal(["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"], document.RootElement.EnumerateObject().Select(m => m.Name));
    }

    /// <summary>RFC 8785 section 3.2.2 without its fractions.</summary>
    [Fact]
    public void Strings_and_literals_are_written_as_RFC_8785_writes_them()
    {
        var json = """{ "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }""";
        Assert.Equal("""{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}""", Canonical(json));
    }

    /// <summary>The bytes of RFC 8785 section 3.2.4, from the string on.</summary>
    [Fact]
    public void The_bytes_are_UTF_8()
    {
        var bytes = CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes("""{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"}"""));
        Assert.Equal("7b22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d", Convert.ToHexStringLower(bytes));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")] // RFC 8785 appendix B: minus zero is 0
    [InlineData(" 9007199254740992 ", "9007199254740992")]
    [InlineData("-9007199254740992", "-9007199254740992")]
    [InlineData("[ ]", "[]")]
    [InlineData("{ }", "{}")]
    [InlineData("[\"\\u007f\\u0000\\u001F\\b\\f\\t\"]", "[\"\u007f\\u0000\\u001f\\b\\f\\t\"]")]
    public void A_value_has_one_form(string json, string canonical) => Assert.Equal(canonical, Canonical(json));

    [Theory]
    [InlineData("1.5")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("1E3")]
    [InlineData("9007199254740993")]
    [InlineData("-9007199254740993")]
    [InlineData("99999999999999999999999999")]
    [InlineData("""{"a":1,"a":1}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("""[{"x":{"a":1,"b":2,"a":3}}]""")]
    [InlineData("""["\ud800"]""")]
    [InlineData("""["\udc00\ud800"]""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("// no\n1")]
    [InlineData("01")]
    [InlineData("NaN")]
    [InlineData("1 2")]
    [InlineData("\ufeff1")]
    [InlineData("")]
    public void What_has_no_canonical_form_is_refused(string json) => Assert.Throws<CanonicalJsonException>(() => Canonical(json));

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused() =>
        Assert.Throws<CanonicalJsonException>(() => CanonicalJson.Canonicalize(new byte[] { (byte)'"', 0xc3, 0x28, (byte)'"' }));

    [Fact]
    public void Nesting_without_end_is_refused() =>
        Assert.Throws<CanonicalJsonException>(() => Canonical(new string('[', 100_000) + new string(']', 100_000)));

    [Fact]
    public void A_member_of_the_root_can_be_left_out_and_only_of_the_root()
    {
        using var document = JsonDocument.Parse("""{"signature":1,"a":{"signature":2}}""");
        Assert.Equal("""{"a":{"signature":2}}""", Encoding.UTF8.GetString(CanonicalJson.Canonicalize(document.RootElement, without: "signature")));
    }

    [Fact]
    public void The_form_does_not_depend_on_order_white_space_or_escapes() =>
        Prop.ForAll<Dictionary<NonNull<string>, int>>(members =>
        {
            if (members.Keys.Any(k => !IsUnicode(k.Get)))
                return true;
            var forward = new JsonObject(members.Select(m => KeyValuePair.Create(m.Key.Get, (JsonNode?)m.Value)));
            var backward = new JsonObject(members.Reverse().Select(m => KeyValuePair.Create(m.Key.Get, (JsonNode?)m.Value)));
            var canonical = Canonical(forward.ToJsonString());
            return canonical == Canonical(backward.ToJsonString(new JsonSerializerOptions { WriteIndented = true }))
                && canonical == Canonical(canonical);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Text_survives() =>
        Prop.ForAll<NonNull<string>>(text =>
            !IsUnicode(text.Get) || JsonSerializer.Deserialize<string>(Canonical(JsonSerializer.Serialize(text.Get))) == text.Get).QuickCheckThrowOnFailure();

    internal static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
                return false;
        }
        return true;
    }

    private static string Canonical(string json) => Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json)));
}
