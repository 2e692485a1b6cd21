using System.Net;

namespace Godwit.Identity.Site.Markup;

/// <summary>Text that is HTML. It comes from <see cref="Of"/> alone, where whatever is put into it is escaped: a value of somebody else's cannot become an element.</summary>
internal readonly struct Html
{
    private readonly string? _text;

    private Html(string text) => _text = text;

    public static Html None => default;

    /// <summary>Such as <c>Html.Of($"&lt;p&gt;{name}&lt;/p&gt;")</c>.</summary>
    /// <exception cref="ArgumentException">A value stands where it cannot be escaped, or the fragment ends within a tag.</exception>
    public static Html Of(HtmlTemplate template) => new(template.Finish());

    /// <summary>An image of this program's own making (<see cref="SecondFactors.QrImage"/>).</summary>
    public static Html OwnSvg(string svg) =>
        svg.StartsWith("<svg ", StringComparison.Ordinal) && !svg.Contains("<script", StringComparison.OrdinalIgnoreCase) ? new Html(svg) : throw new ArgumentException("it is no image of ours", nameof(svg));

    /// <summary>A link to another site: only an address that this program has computed, or judged, and never one that a request names.</summary>
    /// <exception cref="ArgumentException">It is no address of a site.</exception>
    public static Html Elsewhere(Uri address, string text) => address is { IsAbsoluteUri: true, Scheme: "https" or "http" }
        ? new Html($"<a class=\"button\" rel=\"noreferrer\" href=\"{WebUtility.HtmlEncode(address.AbsoluteUri)}\">{WebUtility.HtmlEncode(text)}</a>")
        : throw new ArgumentException("it is no address of a site", nameof(address));

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(p => p.ToString())));

    public override string ToString() => _text ?? "";
}
