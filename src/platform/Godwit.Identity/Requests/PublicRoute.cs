namespace Godwit.Identity.Requests;

/// <summary>Marks a route that asks for no session.</summary>
internal sealed class PublicRoute
{
    private PublicRoute()
    {
    }

    public static PublicRoute Instance { get; } = new();
}
