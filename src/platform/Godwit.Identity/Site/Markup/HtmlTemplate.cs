using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Godwit.Identity.Site.Markup;

/// <summary>
/// Writes an interpolated string as HTML. What stands in the program is markup; what stands between braces is text, and escaped. A value may stand between elements or in a quoted attribute, and nowhere else: not as a name, not
/// without quotes, not in a script or style, and an address has to begin with one slash.
/// </summary>
[InterpolatedStringHandler]
internal ref struct HtmlTemplate(int literalLength, int formattedCount)
{
    private readonly StringBuilder _text = new(literalLength + (formattedCount * 16));
    private HtmlPlace _place;

    public void AppendLiteral(string markup)
    {
        _place.Pass(markup);
        _text.Append(markup);
    }

    public readonly void AppendFormatted(string? value)
    {
        _place.RequireValue(value);
        _text.Append(WebUtility.HtmlEncode(value));
    }

    public readonly void AppendFormatted(long value) => AppendFormatted(value.ToString(CultureInfo.InvariantCulture));

    public readonly void AppendFormatted(Guid value) => AppendFormatted(value.ToString());

    public readonly void AppendFormatted(Html value)
    {
        _place.RequireContent();
        _text.Append(value);
    }

    public readonly void AppendFormatted(IEnumerable<Html> values)
    {
        _place.RequireContent();
        foreach (var value in values) _text.Append(value);
    }

    public readonly void AppendFormatted(HtmlAttribute attribute)
    {
        _place.RequireAttribute(attribute.Name);
        if (!attribute.Present) return;
        _text.Append(' ').Append(attribute.Name);
        if (attribute.Value is { } value) _text.Append("=\"").Append(WebUtility.HtmlEncode(value)).Append('"');
    }

    internal readonly string Finish()
    {
        _place.RequireContent();
        return _text.ToString();
    }
}
