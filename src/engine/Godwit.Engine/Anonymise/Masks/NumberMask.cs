using System.Globalization;
using System.Numerics;
using Godwit.Engine.Transforms.Masking;

namespace Godwit.Engine.Anonymise.Masks;

/// <summary>
/// A whole or decimal number of as many digits: a permutation of all digits, repeated until it gives one that is written as long as it is and fits its type
/// (cycle walking, https://doi.org/10.1007/3-540-45760-7_9), which is a permutation of those.
/// </summary>
/// <param name="permutation">Of texts.</param>
/// <param name="least">What its type holds at least; null is any.</param>
/// <param name="most">And at most.</param>
internal sealed class NumberMask(FormatPermutation permutation, BigInteger? least = null, BigInteger? most = null) : IMask
{
    public string Apply(string text)
    {
        // Of a document's number with an exponent, which keeps its own.
        if (text.IndexOfAny(['e', 'E']) is > 0 and var exponent) return Apply(text[..exponent]) + text[exponent..];
        // NaN and the infinities are what they are.
        if (text.Length == 0 || text.Any(c => c is not ('-' or '.') && !char.IsAsciiDigit(c))) return text;
        var other = text;
        do
        {
            other = permutation.Apply(other, "number");
        }
        while (!Fits(other, text));
        return other;
    }

    private bool Fits(string other, string text) =>
        LeadsWithZero(other) == LeadsWithZero(text) && EndsInZero(other) == EndsInZero(text) && IsZero(other) == IsZero(text)
        && (least is null || text.Contains('.', StringComparison.Ordinal) || (BigInteger.Parse(other, CultureInfo.InvariantCulture) is var number && number >= least && number <= most));

    private static bool LeadsWithZero(string text) => text[text[0] == '-' ? 1 : 0] == '0';

    private static bool EndsInZero(string text) => text.Contains('.', StringComparison.Ordinal) && text[^1] == '0';

    /// <summary>-0 is written as 0.</summary>
    private static bool IsZero(string text) => text.All(c => c is '-' or '.' or '0');
}
