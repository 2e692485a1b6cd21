using System.Globalization;
using System.Text;
using Godwit.Security.Unicode;

namespace Godwit.Security.Emails;

/// <summary>
/// The domain of an address in lower-case ASCII (IDNA 2008, RFC 5890 to 5893, by stricter rules of our own: letters, marks and digits that normalization leaves as they are; no joiners and
/// no signs that depend on context). Labels that mix alphabets, or that read as ASCII and are not, are refused (UTS 39 "highly restrictive").
/// </summary>
internal static class MailDomain
{
    private const int LongestDomain = 253, LongestLabel = 63;

    // Punycode and the check of directions only (RFC 3492, RFC 3490 section 6): mapping was done by our own tables.
    private static readonly IdnMapping s_punycode = new() { UseStd3AsciiRules = true };

    /// <param name="text">In form KC.</param>
    public static (string? Domain, string? Refused) Read(string text)
    {
        if (text.Length == 0) return (null, "must have a domain after the @");
        if (text[0] == '[') return (null, "must have a domain after the @, not a network address");
        // The ideographic full stop, which form KC leaves: keyboards for Chinese and Japanese write it (RFC 3490 section 3.1).
        var labels = string.Concat(text.EnumerateRunes().Select(r => r.Value == 0x3002 ? "." : Rune.ToLowerInvariant(r).ToString())).Split('.');
        if (labels.Length < 2) return (null, "must have a domain with a dot in it after the @, as in name@example.org");
        var ascii = new string[labels.Length];
        for (var i = labels.Length - 1; i >= 0; i--)
        {
            var (label, refused) = Label(labels[i], nationalTop: i < labels.Length - 1 && ascii[^1].StartsWith("xn--", StringComparison.Ordinal));
            if (label is null) return (null, refused);
            ascii[i] = label;
        }
        if (!ascii[^1].Any(char.IsAsciiLetter)) return (null, "must have a domain after the @, not a network address");
        var domain = string.Join('.', ascii);
        return domain.Length <= LongestDomain ? (domain, null) : (null, $"must have a domain of at most {LongestDomain} characters");
    }

    private static (string? Label, string? Refused) Label(string label, bool nationalTop)
    {
        if (label.Length == 0) return (null, "must not have two dots in a row, or one at an end, in its domain");
        if (label[0] == '-' || label[^1] == '-') return (null, "must not have a hyphen at the beginning or end of a part of its domain");
        if (!Ascii.IsValid(label)) return National(label, nationalTop);
        if (label.Length > LongestLabel) return (null, $"must have at most {LongestLabel} characters in each part of its domain");
        if (label.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c != '-') is var wrong and not '\0') return (null, $"must not have the character U+{(int)wrong:X4} in its domain");
        if (!label.StartsWith("xn--", StringComparison.Ordinal)) return label.AsSpan(2 > label.Length ? label.Length : 2).StartsWith("--") ? (null, "must not have two hyphens there in a part of its domain") : (label, null);
        // Written in ASCII already: the same is asked of what it stands for, and it has one spelling only (RFC 5891 section 5.4).
        if (Decoded(label) is not { } letters || National(letters, nationalTop) is not ({ } again, null)) return (null, "must have a domain that exists: a part that begins with xn-- stands for letters that are not taken");
        return again == label ? (label, null) : (null, "must have a domain that exists: a part that begins with xn-- is not what its letters are written as");
    }

    private static (string? Label, string? Refused) National(string label, bool nationalTop)
    {
        foreach (var rune in label.EnumerateRunes())
        {
            if (rune.Value != '-' && (!Scripts.IsOfWords(rune) || Rune.ToLowerInvariant(rune) != rune || CompatibilityForm.TryOf(rune.ToString()) != rune.ToString()))
                return (null, $"must not have the character U+{rune.Value:X4} in its domain");
        }
        if (CompatibilityForm.TryOf(label) != label) return (null, "must have a domain of composed letters");
        if (Rune.GetUnicodeCategory(label.EnumerateRunes().First()) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark) return (null, "must not have a part of its domain that begins with an accent");
        if (Scripts.AreMixed(label)) return (null, "must not mix letters of several alphabets in a part of its domain, because that is how domains are made to look like others");
        if (!nationalTop && Scripts.ReadsAsAscii(label)) return (null, "must not have a part of its domain that looks like Latin letters and is not");
        try
        {
            var ascii = s_punycode.GetAscii(label);
            return ascii.Length <= LongestLabel ? (ascii, null) : (null, $"must have at most {LongestLabel} characters in each part of its domain");
        }
        catch (ArgumentException)
        {
            return (null, "must have a domain whose letters go in one direction, and fit");
        }
    }

    private static string? Decoded(string label)
    {
        try
        {
            return s_punycode.GetUnicode(label);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
