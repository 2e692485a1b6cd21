using System.Text;
using Godwit.Security.Unicode;

namespace Godwit.Identity.Phones;

/// <summary>A telephone number in the form of E.164: + and 7 to 15 digits, the country's code first.</summary>
/// <param name="Digits">With the +.</param>
internal sealed record PhoneNumber(string Digits)
{
    private const int Fewest = 7, Most = 15, Longest = 64;

    /// <summary>Blanks, hyphens, dots, slashes and brackets between the digits do not count, and neither does a nought in brackets: <c>+49 (0) 30 123456</c> is <c>+4930123456</c>.</summary>
    /// <param name="text">What somebody typed.</param>
    /// <returns>The number, or what is wrong with it as the rest of a sentence.</returns>
    public static (PhoneNumber? Number, string? Fault) Read(string text)
    {
        if (text.Length > Longest) return (null, "is too long for a number");
        // Full-width digits become the ones that they stand for; a broken text stays none.
        var form = CompatibilityForm.TryOf(text)?.Trim().Replace("(0)", "", StringComparison.Ordinal);
        if (form is not ['+', ..]) return (null, "begins with + and the country's code, such as +49");
        var digits = new StringBuilder("+");
        foreach (var c in form.AsSpan(1))
        {
            if (char.IsAsciiDigit(c)) digits.Append(c);
            else if (!char.IsWhiteSpace(c) && c is not ('-' or '.' or '/' or '(' or ')' or '\u2010' or '\u2011' or '\u2013')) return (null, "has a character that is no part of a number");
        }
        if (digits.Length - 1 is < Fewest or > Most) return (null, $"has {Fewest} to {Most} digits with the country's code");
        return digits[1] == '0' ? (null, "begins with + and the country's code, which has no nought in front") : (new PhoneNumber(digits.ToString()), null);
    }

    /// <summary>As it may be shown: the last two digits.</summary>
    public string Masked => $"{new string('•', Digits.Length - 3)}{Digits[^2..]}";
}
