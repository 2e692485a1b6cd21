using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Security.Unicode;

namespace Godwit.Security.Tests.Unicode;

public sealed class CompatibilityFormTests
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Elements("a", "\u0301", "\u0323", "\u0345", "\uFB01", "\uFF21", "\u1112", "\u1161", "\u11A8", "\uAC00", "\u212B", "\u0344", "\uFDFA", "\u0F73", "\U0001D15E", "\u0B47", "\u0B56"),
        Gen.Choose(0, 0x10FFFF).Where(Rune.IsValid).Select(p => new Rune(p).ToString())).ListOf().Select(string.Concat);

    [Theory]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("\uFB01", "fi")]
    [InlineData("\uFF21\uFF20", "A@")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]
    [InlineData("\uAC00\u11A8", "\uAC01")]
    // An accent that is blocked by another of its class stays where it is; one of a lower class comes first.
    [InlineData("a\u0315\u0300\u05AE\u0062", "\u00E0\u05AE\u0315b")]
    [InlineData("a\u0305\u0300", "a\u0305\u0300")]
    [InlineData("\u1E9B\u0323", "\u1E69")]
    // Excluded from composition.
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\uFB1D", "\u05D9\u05B4")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\U0001D160", "\U0001D158\U0001D165\U0001D16E")]
    [InlineData("\u09C7\u0334\u09BE", "\u09C7\u0334\u09BE")]
    [InlineData("\u2460", "1")]
    [InlineData("\uFDFA", "\u0635\u0644\u0649 \u0627\u0644\u0644\u0647 \u0639\u0644\u064A\u0647 \u0648\u0633\u0644\u0645")]
    public void Form_KC_is_the_one_of_the_Unicode_standard(string text, string form) => Assert.Equal(form, CompatibilityForm.TryOf(text));

    [Fact]
    public void A_form_is_its_own_form_and_composing_apart_changes_nothing() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Texts.ToArbitrary(), text =>
    {
        var form = CompatibilityForm.TryOf(text)!;
        return CompatibilityForm.TryOf(form) == form;
    }));

    [Fact]
    public void Half_a_character_pair_has_no_form() => Assert.Null(CompatibilityForm.TryOf("é\ud800x"));

    [Fact]
    public void A_hundred_thousand_accents_are_put_in_order_without_taking_the_square_of_their_number()
    {
        var text = "a" + string.Concat(Enumerable.Repeat("\u0315\u0323", 50_000));
        Assert.Equal(100_000, CompatibilityForm.TryOf(text)!.Length);
    }
}
