using System.Globalization;

namespace Godwit.Sqlite.Profiling;

/// <summary>Whether the shortest decimal text of a REAL fits <c>numeric(p,s)</c> without rounding.</summary>
internal sealed class DecimalDigits(int precision, int scale)
{
    private readonly int _wholeDigits = precision - scale;
    private readonly double _power = scale <= 22 ? Math.Pow(10, scale) : double.NaN;
    private readonly double _limit = precision < 15 ? Math.Pow(10, precision) : 1e15;

    public bool Fits(double value)
    {
        if (!double.IsFinite(value)) return false;
        // 10^22 and below are exact as double, and a decimal of at most 15 digits is the only one of its length at its double: where k / 10^s is
        // the value, it is its shortest text.
        var scaled = Math.Round(value * _power);
        return Math.Abs(scaled) < 1e15 && scaled / _power == value ? Math.Abs(scaled) < _limit : FitsByText(value);
    }

    private bool FitsByText(double value)
    {
        // "R" gives d.dddE±xx or ddd.ddd: the digits and where the point stands are read off it.
        var text = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = mark < 0 ? text : text[..mark];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var afterPoint = (point < 0 ? 0 : mantissa.Length - point - 1) - exponent;
        var significant = digits.Trim('0').Length;
        if (significant == 0) return true;
        var fractionDigits = afterPoint - (digits.Length - digits.TrimEnd('0').Length);
        var wholeDigits = digits.TrimStart('0').Length - afterPoint;
        return fractionDigits <= scale && wholeDigits <= _wholeDigits;
    }
}
