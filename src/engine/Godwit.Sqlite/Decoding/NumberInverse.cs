using System.Globalization;
using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Decoding;

/// <summary>
/// Many decimals round to one double, but only the shortest is what the mapping writes; another is a changed value, so it is refused rather than decoded.
/// </summary>
internal sealed class NumberInverse(ColumnPlan column) : NumericInverse(column)
{
    private readonly bool _storesIntegers = column.Affinity is Affinity.Numeric or Affinity.Integer;

    protected override void DecodeInfinity(double infinity, SourceImage image) => image.AddReal(infinity);

    protected override void Decode(ReadOnlySpan<byte> text, bool integral, SourceImage image)
    {
        if (integral && _storesIntegers && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            image.AddInteger(integer);
            return;
        }
        var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value)) throw Refusal("a number beyond a double's range");
        Span<byte> shortest = stackalloc byte[32];
        if (!value.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture) || !SignificantDigits.Same(text, shortest[..length]))
            throw Refusal("a number that is not the shortest text of any double");
        image.AddReal(value);
    }
}
