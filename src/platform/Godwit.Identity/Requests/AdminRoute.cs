namespace Godwit.Identity.Requests;

/// <summary>Marks a route that asks for a permission.</summary>
internal sealed record AdminRoute(string Permission);
