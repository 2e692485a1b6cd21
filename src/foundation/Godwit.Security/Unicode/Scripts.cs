using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Godwit.Security.Unicode;

/// <summary>Whether a word is what it looks like (UTS 39, Unicode Security Mechanisms).</summary>
public static class Scripts
{
    // Languages that are written with several (UTS 39 section 5.2).
    private static readonly FrozenSet<string>[] s_together =
    [
        FrozenSet.ToFrozenSet(["Latin", "Han", "Hiragana", "Katakana"]), FrozenSet.ToFrozenSet(["Latin", "Han", "Bopomofo"]), FrozenSet.ToFrozenSet(["Latin", "Han", "Hangul"]),
    ];

    // Letters whose usual shapes are those of lower-case ASCII: Cyrillic, Greek, Armenian, and two of the phonetic alphabet.
    private static readonly FrozenSet<int> s_likeAscii = "авсԁеԍһіјкӏмпорԛгѕтѵѡԝхуүҽьԝ" .Concat("αγικνορτυωϳ").Concat("աեզհոսցօքո").Concat("ɑɡ").Select(c => (int)c).ToFrozenSet();

    /// <summary>A letter, a mark on one, or a decimal digit, of an alphabet that the tables know.</summary>
    public static bool IsOfWords(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber
        && UnicodeTables.Shared.ScriptOf(rune.Value) is not null && !UnicodeTables.Shared.IsIgnorable(rune.Value);

    /// <summary>Whether it has letters of alphabets that no language is written with together.</summary>
    public static bool AreMixed(string text)
    {
        var scripts = text.EnumerateRunes().Select(r => UnicodeTables.Shared.ScriptOf(r.Value) ?? "").Where(s => s is not ("Common" or "Inherited")).ToHashSet(StringComparer.Ordinal);
        return scripts.Count > 1 && !s_together.Any(scripts.IsSubsetOf);
    }

    /// <summary>Whether all of it that is not ASCII looks like letters that are.</summary>
    public static bool ReadsAsAscii(string text) => !Ascii.IsValid(text) && text.EnumerateRunes().All(r => r.IsAscii || s_likeAscii.Contains(r.Value));
}
