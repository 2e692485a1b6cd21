using System.Globalization;

namespace Godwit.Sqlite.Decoding;

/// <summary>Compares decimal texts by sign, significant digits and magnitude, so that <c>1E+22</c> and its twenty-three digits are the same.</summary>
internal static class SignificantDigits
{
    /// <summary>A shortest text has seventeen at most.</summary>
    private const int Limit = 17;

    public static bool Same(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> leftDigits = stackalloc byte[Limit];
        Span<byte> rightDigits = stackalloc byte[Limit];
        var leftCount = Take(left, leftDigits, out var leftExponent);
        var rightCount = Take(right, rightDigits, out var rightExponent);
        return leftCount >= 0 && rightCount >= 0
            && left.StartsWith("-"u8) == right.StartsWith("-"u8)
            && leftExponent == rightExponent
            && leftDigits[..leftCount].SequenceEqual(rightDigits[..rightCount]);
    }

    /// <summary>The digits from the first that is not zero to the last that is not zero; -1 when there are more than fit.</summary>
    /// <param name="exponent">Power of ten of the place after the last digit taken; 0 when there is none.</param>
    private static int Take(ReadOnlySpan<byte> text, Span<byte> digits, out int exponent)
    {
        exponent = 0;
        var mantissa = text;
        var e = text.IndexOf((byte)'E');
        var shift = 0;
        if (e >= 0)
        {
            mantissa = text[..e];
            shift = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }
        if (mantissa.StartsWith("-"u8)) mantissa = mantissa[1..];
        var point = mantissa.IndexOf((byte)'.');
        var whole = point < 0 ? mantissa.Length : point;

        var first = mantissa.IndexOfAnyInRange((byte)'1', (byte)'9');
        if (first < 0) return 0;
        var last = mantissa.LastIndexOfAnyInRange((byte)'1', (byte)'9');
        var count = 0;
        for (var i = first; i <= last; i++)
        {
            if (i == point) continue;
            if (count == digits.Length) return -1;
            digits[count++] = mantissa[i];
        }
        exponent = (last < whole ? whole - last - 1 : whole - last) + shift;
        return count;
    }
}
