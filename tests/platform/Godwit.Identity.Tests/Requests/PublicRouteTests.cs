using System.Net;
using Godwit.Identity.Requests;
using Godwit.Identity.Site.Serving;
using Godwit.Identity.Tests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Godwit.Identity.Tests.Requests;

public sealed class PublicRouteTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "8.2.1")]
    [Trait("ASVS", "8.3.1")]
    public async Task Every_route_but_the_public_ones_asks_for_a_session()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var routes = Routes();
        Assert.Contains(routes, r => !r.Public);
        foreach (var (method, path, _) in routes.Where(r => !r.Public))
        {
            foreach (var bearer in new[] { null, "none", "eyJhbGciOiJub25lIn0.e30." })
                Assert.True((await host.SendAsync(new HttpMethod(method), path, "{}", bearer)).Status == HttpStatusCode.Unauthorized, $"{method} {path}");
        }
    }

    [Fact]
    [Trait("ASVS", "6.3.4")]
    [Trait("ASVS", "8.2.1")]
    public void Public_are_these_and_no_others() => Assert.Equal(
        [
            "GET /.well-known/jwks.json",
            "GET /v1/auth/oauth/providers",
            "GET /v1/openapi.json",
            "POST /v1/auth/email/confirm",
            "POST /v1/auth/email/undo",
            "POST /v1/auth/login",
            "POST /v1/auth/login/2fa",
            "POST /v1/auth/magic-link/confirm",
            "POST /v1/auth/magic-link/request",
            "POST /v1/auth/oauth/register",
            "POST /v1/auth/oauth/{provider}/finish",
            "POST /v1/auth/oauth/{provider}/start",
            "POST /v1/auth/passkeys/login",
            "POST /v1/auth/passkeys/login/options",
            "POST /v1/auth/password-reset/confirm",
            "POST /v1/auth/password-reset/request",
            "POST /v1/auth/refresh",
            "POST /v1/auth/register",
            "POST /v1/auth/resend",
            "POST /v1/auth/verify-email",
        ],
        Routes().Where(r => r.Public).Select(r => $"{r.Method} {r.Path}").Order(StringComparer.Ordinal));

    /// <summary>Those of the API; pages are another matter.</summary>
    internal static List<(string Method, string Path, bool Public)> Routes()
    {
        IEndpointRouteBuilder app = WebApplication.CreateSlimBuilder().Build();
        new IdentityModule().MapRoutes(app);
        return
        [
            .. app.DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<SiteRoute>() is null).SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method =>
                (method, e.RoutePattern.RawText!.Replace("{id:guid}", Guid.NewGuid().ToString(), StringComparison.Ordinal), e.Metadata.GetMetadata<PublicRoute>() is not null))),
        ];
    }
}
