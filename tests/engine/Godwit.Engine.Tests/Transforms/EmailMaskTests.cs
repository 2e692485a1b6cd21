using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Transforms;
using static Godwit.Engine.Tests.Transforms.Transforming;

namespace Godwit.Engine.Tests.Transforms;

public sealed class EmailMaskTests
{
    private static readonly TransformFunction Mask = Bind("mask:email: {from: a, key: MASK_KEY}").Open(Variables);

    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(300);

    private static readonly Gen<string> Characters = Gen.Elements("a", "b", "c", "z", "A", "Q", "0", "9", ".", "+", "_", "-", "'", "é", "É", "ß", "ž", "Ж", "ж", "λ", "中", "𝒜", "😀", " ", "\"");

    private static Gen<string> Names => Characters.ListOf().Select(parts => string.Concat(parts));

    private static Gen<string> Addresses => from name in Names from domain in Gen.Elements("example.com", "x.de", "Firma-Ä.test", "a", "") select $"{name}@{domain}";

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("a@b.c")]
    [InlineData("o'brien+tag@mail.example.co.uk")]
    [InlineData("no at sign")]
    [InlineData("\"odd@inside\"@example.com")]
    public void Format_and_length_stay(string address)
    {
        var masked = Of(address);
        Assert.Equal(address.Length, masked.Length);
        Assert.Equal(Format(address), Format(masked));
    }

    [Fact]
    public void Every_address_keeps_its_format() =>
        Check.One(Often, Prop.ForAll(Addresses.ToArbitrary(), address => Format(address) == Format(Of(address)) && address.Length == Of(address).Length));

    [Fact]
    public void Different_addresses_stay_different_and_those_that_differ_in_case_stay_so() =>
        Check.One(Often, Prop.ForAll(Addresses.ListOf().ToArbitrary(), addresses =>
        {
            var distinct = addresses.Distinct(StringComparer.Ordinal).ToList();
            var folded = distinct.Select(a => a.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Count();
            var masked = distinct.Select(Of).ToList();
            return masked.Distinct(StringComparer.Ordinal).Count() == distinct.Count
                && masked.Select(a => a.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Count() == folded;
        }));

    [Fact]
    public void All_short_names_go_to_all_short_names()
    {
        var letters = Enumerable.Range('a', 26).Select(c => (char)c).ToList();
        var names = (from first in letters from second in letters select $"{first}{second}@x.de").ToList();
        var masked = names.Select(Of).ToList();
        Assert.Equal(names.Count, masked.Distinct(StringComparer.Ordinal).Count());
        Assert.Single(masked.Select(a => a[2..]).Distinct(StringComparer.Ordinal));
        Assert.NotEqual(names, masked);
    }

    [Fact]
    public void The_same_address_gives_the_same_under_the_same_key_and_another_under_another()
    {
        const string Address = "ada.lovelace@example.com";
        Assert.Equal(Of(Address), Of(Address));
        Assert.NotEqual(Address, Of(Address));
        var other = new Transforming.Environment(new() { ["MASK_KEY"] = "another key of 16 bytes" });
        Assert.NotEqual(Of(Address), Bind("mask:email: {from: a, key: MASK_KEY}").Open(other)([CellValue.Of(Address)]).Text);
    }

    [Fact]
    public void People_of_one_domain_stay_in_one_domain_which_may_be_kept()
    {
        Assert.Equal(Of("ada@example.com").Split('@')[1], Of("charles@example.com").Split('@')[1]);
        Assert.EndsWith("@example.com", Apply("mask:email: {from: a, key: MASK_KEY, domain: keep}", "ada@example.com"), StringComparison.Ordinal);
    }

    /// <summary>A permutation that were to change between versions would mask the same data to something else.</summary>
    [Fact]
    public void What_an_address_becomes_does_not_change_between_versions() => Assert.Equal("Jqe.Anqtzfgr+9094@Kwqdvdm.hsf", Of("Ada.Lovelace+1815@Example.com"));

    private static string Of(string address) => Mask([CellValue.Of(address)]).Text!;

    private static string Format(string address) => string.Concat(address.Select(c => c switch
    {
        >= 'a' and <= 'z' => 'a',
        >= 'A' and <= 'Z' => 'A',
        >= '0' and <= '9' => '0',
        _ when char.IsLetter(c) => char.IsUpper(c) ? 'L' : 'l',
        _ => c,
    }));
}
