using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Anonymise;
using Godwit.Engine.Anonymise.Masks;

namespace Godwit.Engine.Tests.Anonymise;

public sealed class MaskTests
{
    private static readonly MaskKinds Kinds = new(Encoding.UTF8.GetBytes("a key of the tests' own"));

    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(200);

    private static readonly Gen<string> Texts = Gen.Elements("a", "Z", "0", "7", "é", "Ж", "λ", "中", "ก", "ა", "𝒜", "😀", " ", "'", "-", "\n", "@", "ł").ListOf().Select(string.Concat);

    private static readonly Gen<int> Numbers = Gen.OneOf(Gen.Choose(int.MinValue, int.MaxValue), Gen.Choose(-1000, 1000), Gen.Elements(0, int.MaxValue, int.MinValue));

    private static readonly Gen<DateOnly> Dates = Gen.Choose(0, 3_652_058).Select(DateOnly.FromDayNumber);

    [Fact]
    public void Texts_keep_their_format_and_length_and_stay_different()
    {
        var mask = Kinds.Mask("text", "text");
        Check.One(Often, Prop.ForAll(Texts.ListOf().ToArbitrary(), texts =>
            texts.All(t => t.Length == mask.Apply(t)!.Length && Encoding.UTF8.GetByteCount(t) == Encoding.UTF8.GetByteCount(mask.Apply(t)!) && Shape(t) == Shape(mask.Apply(t)!)) && StayDifferent(mask, texts)));
    }

    [Fact]
    public void Digits_alone_change_and_stay_different() => Check.One(Often, Prop.ForAll(Texts.ListOf().ToArbitrary(), texts =>
    {
        var mask = Kinds.Mask("digits", "text");
        return texts.All(t => Plain(t) == Plain(mask.Apply(t)!)) && StayDifferent(mask, texts);

        static string Plain(string text) => string.Concat(text.Select(c => char.IsAsciiDigit(c) ? '9' : c));
    }));

    [Fact]
    public void Whole_numbers_fit_their_type_are_as_long_and_stay_different()
    {
        var mask = Kinds.Mask("number", "int4");
        Check.One(Often, Prop.ForAll(Numbers.ListOf().ToArbitrary(), numbers =>
        {
            var texts = numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)).ToList();
            return texts.All(t => int.TryParse(mask.Apply(t), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var other) && other.ToString(CultureInfo.InvariantCulture).Length == t.Length)
                && StayDifferent(mask, texts);
        }));
    }

    [Theory]
    [InlineData("0.50"), InlineData("-12.05"), InlineData("0"), InlineData("0.0"), InlineData("-0.1"), InlineData("99999999999999999999.9")]
    public void Decimal_numbers_keep_their_form(string text)
    {
        var other = Kinds.Mask("number", "numeric").Apply(text)!;
        Assert.Equal(text.Length, other.Length);
        Assert.Equal(text.IndexOf('.', StringComparison.Ordinal), other.IndexOf('.', StringComparison.Ordinal));
        Assert.Equal(text[0] == '-', other[0] == '-');
    }

    [Fact]
    public void Numbers_of_one_digit_go_to_one_another() =>
        Assert.Equal(9, Enumerable.Range(1, 9).Select(n => Kinds.Mask("number", "int2").Apply($"{n}")).Where(n => n != "0").Distinct().Count());

    [Fact]
    public void Dates_stay_in_their_year_and_stay_different()
    {
        var mask = Kinds.Mask("date", "date");
        Check.One(Often, Prop.ForAll(Dates.ListOf().ToArbitrary(), dates =>
        {
            var texts = dates.Select(d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).ToList();
            return texts.All(t => DateOnly.TryParseExact(mask.Apply(t), "yyyy-MM-dd", out var other) && other.Year == int.Parse(t[..4], CultureInfo.InvariantCulture)) && StayDifferent(mask, texts);
        }));
        Assert.EndsWith(" 23:59:59.5+00", mask.Apply("2024-02-29 23:59:59.5+00"), StringComparison.Ordinal);
        Assert.Equal("infinity", mask.Apply("infinity"));
        Assert.Equal("0044-03-15 BC", mask.Apply("0044-03-15 BC"));
    }

    [Fact]
    public void Identifiers_addresses_and_bytes_keep_their_forms()
    {
        Check.One(Often, Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 255)).ToArbitrary(), values =>
        {
            var text = "\\x" + Convert.ToHexStringLower([.. values.Select(v => (byte)v)]);
            return Kinds.Mask("bytes", "bytea").Apply(text)!.Length == text.Length;
        }));
        var uuid = Guid.Parse("f47ac10b-58cc-4372-a567-0e02b2c3d479");
        var other = Guid.Parse(Kinds.Mask("uuid", "uuid").Apply(uuid.ToString())!);
        Assert.Equal(uuid.Version, other.Version);
        Assert.NotEqual(uuid, other);
        Assert.Matches(@"^\d+\.\d+\.\d+\.\d+/24$", Kinds.Mask("ip", "inet").Apply("192.168.7.1/24"));
        Assert.Contains(':', Kinds.Mask("ip", "inet").Apply("2001:db8::1")!);
    }

    [Fact]
    public void Documents_keep_their_structure_and_share_values_with_columns()
    {
        const string text = """{"mail":"ada@example.org","name":"Ada","n":[1815,true,null,{"deep":"Ü"}],"e":1e5}""";
        var other = JsonNode.Parse(Kinds.Mask("json", "jsonb").Apply(text)!)!;
        Assert.Equal(Kinds.Mask("email", "text").Apply("ada@example.org"), (string?)other["mail"]);
        Assert.Equal(Kinds.Mask("text", "text").Apply("Ada"), (string?)other["name"]);
        Assert.Equal(4, other["n"]!.AsArray().Count);
        Assert.Equal(text.Length, Kinds.Mask("json", "jsonb").Apply(text)!.Length);
        Assert.Null(Kinds.Mask("null", "text").Apply("anything"));
    }

    [Theory]
    [InlineData("""{"a\ud800":"\udc00Ada\ud83d","b":"\ud83d\ude00"}""", """^\{"a\\ud800":"\\udc00[A-Z][a-z]{2}\\ud83d","b":"\\ud83d\\ude00"\}$""")]
    [InlineData("""[ "\u0000\"\\\/\b\f\n\r\t", "\u00fcber", "über" ]""", """^\[ "\\u0000\\"\\\\/\\u0008\\u000c\\u000a\\u000d\\u0009", "(\\u00[ef][0-9a-f])[a-z]{3}", "[à-öø-ÿ][a-z]{3}" \]$""")]
    [InlineData("[1234567e5,1.25E-3,-0.5e+10,0e1,true]", @"^\[(?!1234567)[1-9]\d{6}e5,[1-9]\.\d\dE-3,-0\.\de\+10,0e1,true\]$")]
    public void Documents_may_hold_whatever_the_type_json_takes(string document, string masked) => Assert.Matches(masked, Kinds.Mask("json", "json").Apply(document)!);

    [Fact]
    public void Documents_may_be_deep()
    {
        var deep = new string('[', 5000) + "\"Ada\"" + new string(']', 5000);
        Assert.Equal(deep.Length, Kinds.Mask("json", "json").Apply(deep)!.Length);
    }

    [Fact]
    public void Long_texts_are_masked_in_reasonable_time_and_another_key_gives_others()
    {
        var text = new string('x', 100_000);
        var one = Kinds.Mask("text", "text").Apply(text);
        Assert.Equal(text.Length, one!.Length);
        Assert.NotEqual(one, new MaskKinds(new byte[32]).Mask("text", "text").Apply(text));
    }

    [Theory]
    [InlineData("email", "text", true), InlineData("contact_email", "varchar", true), InlineData("last_name", "text", true), InlineData("tablename", "text", false), InlineData("hostel", "text", false)]
    [InlineData("phone", "int4", true), InlineData("salary", "numeric", true), InlineData("tax_id", "int8", true), InlineData("emails", "_text", true), InlineData("address_id", "int8", false), InlineData("addressId", "uuid", false)]
    [InlineData("phone_verified", "bool", false), InlineData("email_sent", "boolean", false), InlineData("birth_year", "integer", true), InlineData("mail_at", "timestamptz", false), InlineData("birth_date", "date", true), InlineData("created", "timestamptz", false), InlineData("iban", "bpchar", true)]
    public void Names_of_columns_tell(string column, string type, bool personal) => Assert.Equal(personal, PersonalSigns.OfName(column, type) is not null);

    [Fact]
    public void Values_tell()
    {
        Assert.Equal("2 of 3 values look like email addresses", PersonalSigns.OfValues(["a@b.example", "none", "c.d@e.example"]));
        Assert.Contains("phone numbers", PersonalSigns.OfValues(["+49 30 1234567"]), StringComparison.Ordinal);
        Assert.Contains("phone numbers", PersonalSigns.OfValues(["{\"+49 30 1234567\",x}"]), StringComparison.Ordinal);
        Assert.Contains("bank accounts", PersonalSigns.OfValues(["DE89 3704 0044 0532 0130 00"]), StringComparison.Ordinal);
        Assert.Null(PersonalSigns.OfValues(["open", "closed"]));
        Assert.Null(PersonalSigns.OfValues([]));
    }

    private static bool StayDifferent(IMask mask, IEnumerable<string> texts)
    {
        var distinct = texts.Distinct(StringComparer.Ordinal).ToList();
        return distinct.Select(mask.Apply).Distinct(StringComparer.Ordinal).Count() == distinct.Count;
    }

    /// <summary>What kind each character is of.</summary>
    private static string Shape(string text) => string.Concat(text.Select(c => CharUnicodeInfo.GetUnicodeCategory(c) is var kind and (UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber) ? (char)('A' + (int)kind) : c));
}
