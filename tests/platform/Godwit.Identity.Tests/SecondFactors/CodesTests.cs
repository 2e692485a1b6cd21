using FsCheck;
using FsCheck.Fluent;
using Godwit.Identity.SecondFactors;

namespace Godwit.Identity.Tests.SecondFactors;

public sealed class CodesTests
{
    [Fact]
    [Trait("ASVS", "6.5.3")]
    [Trait("ASVS", "6.5.4")]
    public void A_one_time_code_has_six_digits_of_which_none_is_likelier_than_another()
    {
        var codes = Enumerable.Range(0, 60_000).Select(_ => OneTimeCode.New()).ToList();
        Assert.All(codes, c => Assert.Equal(c, OneTimeCode.Read(c)));
        // Each digit 36,000 times in 360,000; 1,200 are more than six standard deviations.
        Assert.All(codes.SelectMany(c => c).CountBy(c => c), d => Assert.InRange(d.Value, 34_800, 37_200));
        Assert.All(codes.CountBy(c => c[0]), d => Assert.InRange(d.Value, 5_500, 6_500));
    }

    [Fact]
    [Trait("ASVS", "6.5.3")]
    [Trait("ASVS", "6.5.4")]
    public void There_are_ten_backup_codes_of_60_bits_that_differ()
    {
        var codes = Enumerable.Range(0, 200).SelectMany(_ => BackupCodes.New()).ToList();
        Assert.Equal(2000, codes.Distinct(StringComparer.Ordinal).Count());
        Assert.All(codes, c => Assert.Matches("^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$", c));
        Assert.All(codes.SelectMany(c => c.Replace("-", "", StringComparison.Ordinal)).CountBy(c => c), c => Assert.InRange(c.Value, 550, 950));
        Assert.Equal(32, codes.SelectMany(c => c).Distinct().Count() - 1);
    }

    [Fact]
    public void A_backup_code_is_read_in_any_case_with_any_spacing_and_with_letters_for_digits()
    {
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Gen.Choose(0, 9).ToArbitrary(), at =>
        {
            var code = BackupCodes.New()[at];
            var form = BackupCodes.Read(code);
            return form == code.Replace("-", "", StringComparison.Ordinal) && BackupCodes.Read(code.ToLowerInvariant()) == form && BackupCodes.Read($" {code.Replace('-', ' ')}\n") == form && BackupCodes.Read(form!) == form
                && BackupCodes.Read(code.Replace('0', 'o').Replace('1', 'l')) == form;
        }));
        Assert.Null(BackupCodes.Read("7K3M-Q9XD-20A"));
        Assert.Null(BackupCodes.Read("7K3M-Q9XD-20AFF"));
        Assert.Null(BackupCodes.Read("7K3M-Q9XD-20AU"));
        Assert.Null(BackupCodes.Read(new string('0', 100_000)));
    }

    [Theory]
    [InlineData("", ""), InlineData("f", "MY"), InlineData("fo", "MZXQ"), InlineData("foo", "MZXW6"), InlineData("foob", "MZXW6YQ"), InlineData("fooba", "MZXW6YTB"), InlineData("foobar", "MZXW6YTBOI")]
    public void Base_32_is_that_of_RFC_4648_section_10(string text, string encoded)
    {
        Assert.Equal(encoded, Base32.Encode(System.Text.Encoding.ASCII.GetBytes(text)));
        Assert.Equal(System.Text.Encoding.ASCII.GetBytes(text), Base32.Decode(encoded));
        Assert.Equal(System.Text.Encoding.ASCII.GetBytes(text), Base32.Decode(encoded.ToLowerInvariant() + "==="));
    }

    [Fact]
    public void Base_32_gives_back_what_it_was_given_and_refuses_what_no_bytes_have()
    {
        Check.QuickThrowOnFailure(Prop.ForAll<byte[]>(bytes => Base32.Decode(Base32.Encode(bytes))!.SequenceEqual(bytes)));
        Assert.All(["MZ1", "M", "MZX", "MZXW6Y", "MZ", "M0", "ä"], t => Assert.Null(Base32.Decode(t)));
    }
}
