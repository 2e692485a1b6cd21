using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Security.Masking;

namespace Godwit.Security.Tests.Masking;

public sealed class PersonalMaskTests
{
    [Theory]
    [InlineData("sent to ada.lovelace+news@mail.example.org.", "sent to ***.")]
    [InlineData("<ada@example.org>, bob@example.com", "<***>, ***")]
    [InlineData("mailto:ada@example.org?subject=x", "mailto:***?subject=x")]
    [InlineData("?mail=ada%40example.org&x=1", "?mail=***&x=1")]
    [InlineData("müller@bücher.example", "***")]
    [InlineData("ada＠example.org", "***")]
    [InlineData("\"ada lovelace\"@example.org", "***")]
    [InlineData("ada@[192.0.2.1]", "***")]
    [InlineData("card 4111111111111111 refused", "card *** refused")]
    [InlineData("card 4111 1111 1111 1111 refused", "card *** refused")]
    [InlineData("5500-0000-0000-0004", "***")]
    [InlineData("order 12 4111 1111 1111 1111", "order 12 ***")]
    [InlineData("378282246310005", "***")]
    [InlineData("pays from DE89370400440532013000 today", "pays from *** today")]
    [InlineData("GB29 NWBK 6016 1331 9268 19", "***")]
    [InlineData("iban:fr1420041010050500013m02606", "iban:***")]
    public void What_is_about_a_person_is_masked_and_the_rest_stays(string text, string masked)
    {
        Assert.Equal(masked, PersonalMask.Mask(text));
        Assert.Equal(masked, PersonalMask.Mask(masked));
    }

    [Theory]
    [InlineData("copied 1234567890123 rows of orders in 12:30:05")]
    [InlineData("card 4111111111111112 has a wrong last digit")]
    [InlineData("DE89370400440532013001 has wrong check digits")]
    [InlineData("@mention, user@localhost and a @ b")]
    [InlineData("2024-02-29T23:59:58.070Z at 10.0.0.1:5432")]
    [InlineData("9b2d7c1e-2f4a-4c58-8f6e-5d2b1a3c4e5f")]
    public void Ordinary_text_stays_as_it_is(string text) => Assert.Equal(text, PersonalMask.Mask(text));

    [Fact]
    public void A_masked_text_holds_no_part_of_an_address_whatever_surrounds_it()
    {
        var around = Gen.Elements("a", " ", "@", "%40", ".", "\"", "<", ",", "1", "DE89", "4111 ", "-", "é", "\n").ArrayOf().ToArbitrary();
        Prop.ForAll(around, around, (before, after) => !PersonalMask.Mask($"{string.Concat(before)} q7zq7z@example.org {string.Concat(after)}").Contains("q7zq7z", StringComparison.Ordinal))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithQuietOnSuccess(true));
    }

    [Theory]
    [InlineData("a@")]
    [InlineData("\"")]
    [InlineData("\"@")]
    [InlineData("1 ")]
    [InlineData("4111 ")]
    [InlineData("1")]
    [InlineData("AB12 ")]
    [InlineData("DE89")]
    [InlineData("a.")]
    [InlineData("@[")]
    public void Text_made_to_be_slow_is_not(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 200_000 / part.Length));
        var clock = Stopwatch.StartNew();
        PersonalMask.Mask(text);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("email")]
    [InlineData("user_email")]
    [InlineData("EmailAddress")]
    [InlineData("phoneNumber")]
    [InlineData("iban")]
    [InlineData("card_number")]
    [InlineData("first-name")]
    [InlineData("ssn")]
    [InlineData("account_number")]
    [InlineData("accountNumber")]
    [InlineData("cardNo")]
    [InlineData("birthday")]
    [InlineData("customer_name")]
    [InlineData("username")]
    [InlineData("tel")]
    [InlineData("address")]
    public void A_name_says_that_its_value_is_about_a_person(string name) => Assert.True(PersonalNames.IsPersonal(name));

    [Theory]
    [InlineData("table")]
    [InlineData("span")]
    [InlineData("company")]
    [InlineData("listen_address")]
    [InlineData("telemetry")]
    [InlineData("account_not_found")]
    [InlineData("name")]
    public void A_harmless_name_says_nothing(string name) => Assert.False(PersonalNames.IsPersonal(name));

    [Theory]
    [InlineData("ghp_", 36)]
    [InlineData("glpat-", 20)]
    [InlineData("AKIA", 16)]
    [InlineData("AIza", 35)]
    [InlineData("npm_", 36)]
    [InlineData("xoxb-", 24)]
    public void A_key_that_its_issuer_marks_is_masked(string beginning, int length) =>
        Assert.Equal("with *** it", SecretMask.Mask($"with {beginning}{string.Concat(Enumerable.Repeat("Q7Z0", 10))[..length]} it"));
}
