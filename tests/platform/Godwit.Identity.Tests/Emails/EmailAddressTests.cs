using FsCheck;
using FsCheck.Fluent;
using Godwit.Identity.Emails;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Identity.Tests.Emails;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("  Ada.Lovelace+bank@Example.ORG ", "Ada.Lovelace+bank@Example.ORG", "Ada.Lovelace+bank@example.org", "ada.lovelace+bank@example.org")]
    [InlineData("o'hara!#$%&*/=?^_`{|}~-@a-b.co", "o'hara!#$%&*/=?^_`{|}~-@a-b.co", "o'hara!#$%&*/=?^_`{|}~-@a-b.co", "o'hara!#$%&*/=?^_`{|}~-@a-b.co")]
    [InlineData("x@BÜCHER.example", "x@BÜCHER.example", "x@xn--bcher-kva.example", "x@xn--bcher-kva.example")]
    [InlineData("x@bu\u0308cher.example", "x@bu\u0308cher.example", "x@xn--bcher-kva.example", "x@xn--bcher-kva.example")]
    [InlineData("x@XN--bcher-KVA.example", "x@XN--bcher-KVA.example", "x@xn--bcher-kva.example", "x@xn--bcher-kva.example")]
    [InlineData("x@straße.de", "x@straße.de", "x@xn--strae-oqa.de", "x@xn--strae-oqa.de")]
    [InlineData("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp", "taro@example.jp")]
    [InlineData("太郎@例え。テスト", "太郎@例え。テスト", "太郎@xn--r8jz45g.xn--zckzah", "太郎@xn--r8jz45g.xn--zckzah")]
    [InlineData("Ёлка@почта.рф", "Ёлка@почта.рф", "Ёлка@xn--80a1acny.xn--p1ai", "ёлка@xn--80a1acny.xn--p1ai")]
    // All of its letters look like Latin ones, and its country says that they are not.
    [InlineData("x@сор.рф", "x@сор.рф", "x@xn--n1aeb.xn--p1ai", "x@xn--n1aeb.xn--p1ai")]
    [InlineData("\uFB01ona@example.org", "\uFB01ona@example.org", "fiona@example.org", "fiona@example.org")]
    [Trait("ASVS", "2.2.1")]
    public void An_address_is_shown_as_written_mailed_to_in_ASCII_and_found_in_lower_case(string text, string shown, string mailbox, string normalized)
    {
        var (address, refused) = EmailAddress.Read(text);
        Assert.Null(refused);
        Assert.Equal((shown, mailbox, normalized), (address!.Shown, address.Mailbox, address.Normalized));
    }

    [Theory]
    [InlineData("", "must not be empty")]
    [InlineData(" \t ", "must not be empty")]
    [InlineData("nobody", "must have an @")]
    [InlineData("a@b@example.org", "one @")]
    [InlineData("@example.org", "a name before the @")]
    [InlineData("a@", "a domain after the @")]
    [InlineData("a@localhost", "a dot in it")]
    [InlineData(".a@example.org", "must not have a dot")]
    [InlineData("a.@example.org", "must not have a dot")]
    [InlineData("a..b@example.org", "two in a row")]
    [InlineData("\"a b\"@example.org", "must not have a space")]
    [InlineData("\"ab\"@example.org", "in quotes")]
    [InlineData("a@[192.0.2.1]", "not a network address")]
    [InlineData("a@192.0.2.1", "not a network address")]
    [InlineData("a@example..org", "two dots in a row")]
    [InlineData("a@example.org.", "one at an end")]
    [InlineData("a@-example.org", "hyphen")]
    [InlineData("a@ab--cd.org", "two hyphens")]
    [InlineData("a@exa_mple.org", "U+005F in its domain")]
    [InlineData("a,b@example.org", "U+002C before the @")]
    [InlineData("a<b@example.org", "U+003C before the @")]
    [InlineData("a\u200b@example.org", "U+200B")]
    [InlineData("a\u202e@example.org", "U+202E")]
    [InlineData("a@exam\u2066ple.org", "U+2066")]
    [InlineData("a@exam\u200dple.org", "U+200D")]
    [InlineData("a@exam\u00adple.org", "U+00AD")]
    [InlineData("a\u034f@example.org", "U+034F")]
    [InlineData("a\u3164@example.org", "U+3164")]
    [InlineData("a\0@example.org", "U+0000")]
    [InlineData("a\r\nBcc: b@example.org", "a space")]
    [InlineData("a\ue000@example.org", "U+E000")]
    [InlineData("😀@example.org", "U+1F600 before the @")]
    [InlineData("a@😀.org", "U+1F600 in its domain")]
    [InlineData("a@b\u00b7c.org", "U+00B7 in its domain")]
    // Cyrillic а and р among Latin letters.
    [InlineData("a@\u0440\u0430ypal.com", "several alphabets in a part of its domain")]
    [InlineData("\u0430dmin@example.org", "several alphabets before the @")]
    // Cyrillic throughout.
    [InlineData("a@\u0430\u0440\u0440\u04cf\u0435.com", "looks like Latin")]
    [InlineData("a@xn--80ak6aa92e.com", "letters that are not taken")]
    [InlineData("a@xn--zzzzzzzzzzzzzzz99999.com", "letters that are not taken")]
    [InlineData("a@xn--a.com", "xn--")]
    [InlineData("a@\u0301b.com", "begins with an accent")]
    [InlineData("a@xn--.com", "hyphen")]
    [Trait("ASVS", "2.2.1")]
    public void What_is_no_address_or_pretends_to_be_another_is_refused_with_a_reason(string text, string reason)
    {
        var (address, refused) = EmailAddress.Read(text);
        Assert.Null(address);
        Assert.Contains(reason, refused, StringComparison.Ordinal);
    }

    // Attributes hold no half of a pair.
    [Fact]
    public void What_is_not_Unicode_is_no_address() => Assert.Equal("must be valid Unicode", EmailAddress.Read("a\ud800@example.org").Refused);

    [Theory]
    [InlineData(64, 189, true)]
    [InlineData(64, 190, false)]
    [InlineData(65, 20, false)]
    [Trait("ASVS", "1.3.3")]
    public void An_address_has_254_characters_and_64_of_them_before_the_sign(int localPart, int domain, bool taken)
    {
        var name = string.Concat(Enumerable.Repeat($"{new string('d', 50)}.", 5))[..(domain - 4)].TrimEnd('.');
        var (address, refused) = EmailAddress.Read($"{new string('x', localPart)}@{name.PadRight(domain - 4, 'e')}.org");
        Assert.Equal(taken, address is not null);
        Assert.Equal(taken, refused is null);
    }

    [Fact]
    public void A_megabyte_is_refused_before_it_is_looked_at() => Assert.Contains("254", EmailAddress.Read(new string('\uFDFA', 1_000_000)).Refused, StringComparison.Ordinal);

    [Theory]
    [InlineData("a.b@example.org", "ab@example.org")]
    [InlineData("a+x@example.org", "a@example.org")]
    [InlineData("strasse@example.org", "straße@example.org")]
    public void Whose_mailbox_it_is_nobody_guesses(string one, string other) => Assert.NotEqual(EmailAddress.Read(one).Address!.Normalized, EmailAddress.Read(other).Address!.Normalized);

    /// <summary>A backfill computes the index of what stands in a table, this service that of what is normalised: they meet.</summary>
    [Fact]
    public async Task The_blind_index_of_an_address_in_ASCII_is_that_of_its_normal_form_however_it_was_typed()
    {
        var store = new MemoryKeyStore();
        using var master = LocalMasterKey.Create();
        var masters = new MasterKeys(master);
        // Nothing is retired here, which is when a keyring asks who needs a key.
        await new KeyAdministration(store, masters, new MemoryKeyAudit(), null!, new MemoryKeyUsage(), TimeProvider.System).CreateAsync(KeyPurpose.Index, TestContext.Current.CancellationToken);
        await using var keyring = await LiveKeyring.LoadAsync(store, masters, new MemoryKeyAudit(), TimeProvider.System, TestContext.Current.CancellationToken);
        var index = new BlindIndex(await keyring.OpenAsync(KeyPurpose.Index, TestContext.Current.CancellationToken), "users.email", IndexNormalization.Email);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Gen.Elements("a", "Z", "9", "+", "-", "K", "I").NonEmptyListOf().Select(string.Concat).ToArbitrary(), name =>
            EmailAddress.Read($" {name}@Example.ORG").Address is not { } address || Of($" {name}@Example.ORG").SequenceEqual(Of(address.Normalized))));

        byte[] Of(string value)
        {
            var computed = new byte[BlindIndex.Length];
            index.Compute("", value, computed);
            return computed;
        }
    }

    [Fact]
    [Trait("ASVS", "1.1.1")]
    public void What_is_normalised_is_its_own_normal_form()
    {
        var letters = Gen.Elements("a", "Z", "\u00c9", "e\u0301", "\u00df", "\u03a3", "\u03c2", "\u0130", "\u0131", "\u212a", "\u0436", "\u0416", "\u6f22", "9", ".", "+", "\u01c5", "\ufb03", "\u212b", "\u1fa8", "\u0345", "\u2126");
        var read = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(letters.NonEmptyListOf().Select(string.Concat).ToArbitrary(), name =>
        {
            if (EmailAddress.Read($"{name}@{name}.org").Address is not { } address) return true;
            read++;
            return EmailAddress.Read(address.Normalized).Address!.Normalized == address.Normalized && EmailAddress.Read(address.Mailbox).Address!.Normalized == address.Normalized
                && address.Normalized.EnumerateRunes().All(r => System.Text.Rune.ToLowerInvariant(r) == r);
        }));
        Assert.InRange(read, 100, 3000);
    }

    [Fact]
    [Trait("ASVS", "2.2.1")]
    public void Whatever_is_sent_is_an_address_or_refused_and_never_an_error_of_ours()
    {
        var pieces = Gen.Elements(
            "@", ".", "-", "--", "xn--", "xn--a", "XN--", "a", "9", "[", "]", "\"", "\u0301", "\u05d0", "\u0627", "\u0660", "\u200d", "\u3002", "\uff0e", "\uff20", "\ud800", "\udc00", "\U0001F600", "\u00df", "\u0130", "\u4f8b", "\u30fc", "\u1100", "\u11a8", "\0",
            "bcher-kva", "\ufb01", "\u2474", "\u0f73", "org", "\U000E0001", "\uffff", new string('q', 60));
        var taken = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(pieces.ListOf().Select(string.Concat).Zip(pieces.ListOf().Select(string.Concat)).ToArbitrary(), parts =>
        {
            var (address, refused) = EmailAddress.Read($"{parts.Item1}@{parts.Item2}.org");
            taken += address is null ? 0 : 1;
            return address is null != refused is null && (address is null || (address.Normalized.Length <= 254 && address.Mailbox[(address.Mailbox.IndexOf('@') + 1)..].All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-')));
        }));
        Assert.InRange(taken, 20, 20_000);
    }
}
