using System.Text;
using Godwit.Http.Settings;
using Godwit.Identity.Requests;
using Godwit.Identity.Settings;
using Godwit.Identity.Site.Assets;
using Godwit.Identity.Site.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Godwit.Identity.Reference;

/// <summary>What the service can do: for programs, and as a page for people.</summary>
internal static class ReferenceRoutes
{
    public static void Map(RouteMap routes) => routes.Public("GET", "/v1/openapi.json", context => AnswerAsync(context, "application/json", () => Document(context, routes).ToJsonString()))
        .Says("This document", type: "application/json", more: "OpenAPI 3.1.");

    public static void MapPage(IEndpointRouteBuilder routes) => routes.MapMethods("/docs", ["GET"], (RequestDelegate)(context =>
    {
        context.Response.Headers.ContentSecurityPolicy = SiteAssets.Policy;
        var settings = context.RequestServices.GetService(typeof(SettingValues)) as SettingValues;
        return AnswerAsync(context, "text/html; charset=utf-8", () => ReferencePage.Of(Routes(context), Of(context), settings!.Text(IdentitySettings.ServiceName.Name)).ToString());
    })).WithMetadata(SiteRoute.Instance);

    private static System.Text.Json.Nodes.JsonObject Document(HttpContext context, RouteMap routes) => Of(context, routes.Get<SettingValues>());

    private static System.Text.Json.Nodes.JsonObject Of(HttpContext context, SettingValues? known = null)
    {
        var settings = known ?? (SettingValues)context.RequestServices.GetService(typeof(SettingValues))!;
        return OpenApiDocument.Of(Routes(context), settings.Text(IdentitySettings.ServiceName.Name), settings.TextOrNull(IdentitySettings.PublicUrl));
    }

    private static IReadOnlyList<DescribedRoute> Routes(HttpContext context) => DescribedRoute.Of([(EndpointDataSource)context.RequestServices.GetService(typeof(EndpointDataSource))!]);

    private static Task AnswerAsync(HttpContext context, string type, Func<string> text)
    {
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = "public, max-age=300";
        return context.Response.WriteAsync(text(), Encoding.UTF8, context.RequestAborted);
    }
}
