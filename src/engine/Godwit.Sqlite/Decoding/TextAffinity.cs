using System.Globalization;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Decoding;

/// <summary>
/// What SQLite stores when a TEXT goes into a column of an affinity (https://sqlite.org/datatype3.html section 3). A text that is not a whole
/// well-formed number stays TEXT; hexadecimal is not one. A double is rounded correctly here; SQLite itself may be off by a unit in the last place beyond
/// some fifteen digits, differently by version (https://sqlite.org/floatingpoint.html section 2).
/// </summary>
internal static class TextAffinity
{
    public static void Add(ReadOnlySpan<byte> text, Affinity affinity, SourceImage image)
    {
        if (affinity is Affinity.Blob or Affinity.Text || !IsNumber(text, out var literal, out var onlyDigits))
        {
            image.AddText(text);
            return;
        }
        if (!TryInteger(literal, onlyDigits, out var integer, out var real)) image.AddReal(real);
        else if (affinity == Affinity.Real) image.AddReal(integer);
        else image.AddInteger(integer);
    }

    /// <summary>
    /// Digits alone are an INTEGER when 64 bits hold them. A number with a point or an exponent is one when its double is integral and strictly between
    /// the ends of 64 bits, which SQLite leaves out because rounding may have led there.
    /// </summary>
    private static bool TryInteger(ReadOnlySpan<byte> literal, bool onlyDigits, out long integer, out double real)
    {
        real = 0;
        if (onlyDigits && long.TryParse(literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out integer)) return true;
        real = double.Parse(literal, NumberStyles.Float, CultureInfo.InvariantCulture);
        integer = 0;
        if (!double.IsInteger(real) || Math.Abs(real) >= 9_223_372_036_854_775_808.0) return false;
        integer = (long)real;
        return true;
    }

    /// <summary>An optional sign, digits with at most one point and at least one digit, an optional exponent that has digits; spaces around all of it.</summary>
    private static bool IsNumber(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> literal, out bool onlyDigits)
    {
        var start = 0;
        while (start < text.Length && IsSpace(text[start])) start++;
        var end = text.Length;
        while (end > start && IsSpace(text[end - 1])) end--;
        literal = text[start..end];
        onlyDigits = true;

        var at = SkipSign(literal, 0);
        var digitsFrom = at;
        at = SkipDigits(literal, at);
        var digits = at - digitsFrom;
        if (at < literal.Length && literal[at] == '.')
        {
            onlyDigits = false;
            var fractionFrom = ++at;
            at = SkipDigits(literal, at);
            digits += at - fractionFrom;
        }
        if (digits == 0) return false;
        if (at < literal.Length && literal[at] is (byte)'e' or (byte)'E')
        {
            onlyDigits = false;
            var exponentFrom = SkipSign(literal, at + 1);
            at = SkipDigits(literal, exponentFrom);
            if (at == exponentFrom) return false;
        }
        return at == literal.Length;
    }

    private static int SkipSign(ReadOnlySpan<byte> text, int at) => at < text.Length && text[at] is (byte)'+' or (byte)'-' ? at + 1 : at;

    private static int SkipDigits(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9') at++;
        return at;
    }

    /// <summary>SQLite's own six, whatever the locale.</summary>
    private static bool IsSpace(byte b) => b is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');
}
