using Godwit.Identity.Requests;
using Godwit.Identity.Site.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Godwit.Identity.Reference;

/// <summary>One operation of the service.</summary>
/// <param name="Path">As OpenAPI writes it: <c>/v1/auth/devices/{id}</c>.</param>
/// <param name="Parameters">Names in the path, and whether each is an id.</param>
/// <param name="Permission">What an administrator needs for it; null for what anybody may do to themselves.</param>
internal sealed record DescribedRoute(string Method, string Path, IReadOnlyList<(string Name, bool IsId)> Parameters, bool Public, string? Permission, RouteDescription Description)
{
    /// <summary>Such as <c>post-v1-auth-login</c>: a name for a program, and for a place on a page.</summary>
    public string Id => $"{Method.ToLowerInvariant()}{string.Concat(Path.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))}".Replace("--", "-", StringComparison.Ordinal).TrimEnd('-');

    /// <summary>What it is about, by its path.</summary>
    public string Group => Path switch
    {
        _ when Path.StartsWith("/v1/admin/", StringComparison.Ordinal) => "Administration",
        _ when Path.StartsWith("/v1/me", StringComparison.Ordinal) => "One's own data",
        _ when Path.StartsWith("/v1/auth/2fa", StringComparison.Ordinal) => "Second factors",
        _ when Path.StartsWith("/v1/auth/passkeys", StringComparison.Ordinal) => "Passkeys",
        _ when Path.StartsWith("/v1/auth/devices", StringComparison.Ordinal) || Path.StartsWith("/v1/auth/sessions", StringComparison.Ordinal) => "Sessions and devices",
        _ when Path.StartsWith("/v1/auth/", StringComparison.Ordinal) => "Signing up and in",
        _ => "The service",
    };

    /// <summary>All that say something of themselves, in the order in which they were mapped.</summary>
    public static IReadOnlyList<DescribedRoute> Of(IEnumerable<EndpointDataSource> sources) =>
    [
        .. sources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Distinct().SelectMany(e => e.Metadata.GetMetadata<RouteDescription>() is { } description && e.Metadata.GetMetadata<SiteRoute>() is null
            ? e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => new DescribedRoute(
                m, PathOf(e), [.. e.RoutePattern.Parameters.Select(p => (p.Name, p.ParameterPolicies.Count > 0))], e.Metadata.GetMetadata<PublicRoute>() is not null, e.Metadata.GetMetadata<AdminRoute>()?.Permission, description))
            : []),
    ];

    /// <summary>Without what a parameter has to be.</summary>
    public static string PathOf(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText!.Replace(":guid}", "}", StringComparison.Ordinal);
}
