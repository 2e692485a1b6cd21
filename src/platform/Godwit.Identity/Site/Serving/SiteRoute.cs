namespace Godwit.Identity.Site.Serving;

/// <summary>Marks a route that answers with a page, or with what a page loads: no part of the API.</summary>
internal sealed class SiteRoute
{
    private SiteRoute()
    {
    }

    public static SiteRoute Instance { get; } = new();
}
