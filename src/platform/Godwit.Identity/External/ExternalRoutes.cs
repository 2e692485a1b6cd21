using Godwit.Http.Problems;
using Godwit.Identity.Login;
using Godwit.Identity.Requests;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.External;

/// <summary>Signing in with an account at a provider, and linking one's own.</summary>
internal static class ExternalRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Public("GET", "/v1/auth/oauth/providers", context =>
            RouteMap.AnswerAsync(context, [.. routes.Get<Providers>().All.Select(p => new ProviderDocument(p.Name, p.Title))], IdentityJson.Default.IReadOnlyListProviderDocument));
        routes.Public("POST", "/v1/auth/oauth/{provider}/start", async context =>
            await RouteMap.AnswerAsync(context, await routes.Get<ExternalLogin>().BeginAsync(Provider(context), context.RequestAborted), IdentityJson.Default.OAuthStart));
        routes.Public("POST", "/v1/auth/oauth/{provider}/finish", async context =>
        {
            var finish = await JsonBody.ReadAsync(context, IdentityJson.Default.OAuthFinish);
            var (outcome, needed) = await routes.Get<ExternalLogin>().FinishAsync(Provider(context), finish, Client.Of(context), context.RequestAborted);
            if (outcome is not null) await LoginAnswer.AnswerAsync(context, outcome);
            else await RouteMap.AnswerAsync(context, needed!, IdentityJson.Default.RegistrationNeeded);
        });
        routes.Public("POST", "/v1/auth/oauth/register", async context =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.ExternalRegistration);
            await LoginAnswer.AnswerAsync(context, await routes.Get<ExternalLogin>().RegisterAsync(request, Client.Of(context), context.RequestAborted));
        });
        routes.Private("GET", "/v1/auth/oauth/links", sensitive: false, async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnExternalLogins>().ListAsync(caller, context.RequestAborted), IdentityJson.Default.IReadOnlyListExternalLinkDocument));
        routes.Private("POST", "/v1/auth/oauth/{provider}/link", sensitive: true, async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnExternalLogins>().BeginAsync(caller, Provider(context), context.RequestAborted), IdentityJson.Default.OAuthStart));
        routes.Private("POST", "/v1/auth/oauth/{provider}/link/finish", sensitive: true, async (context, caller) =>
        {
            var finish = await JsonBody.ReadAsync(context, IdentityJson.Default.OAuthFinish);
            await routes.Get<OwnExternalLogins>().FinishAsync(caller, Provider(context), finish, Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
        routes.Private("DELETE", "/v1/auth/oauth/links/{id:guid}", sensitive: true, async (context, caller) =>
        {
            await routes.Get<OwnExternalLogins>().RemoveAsync(caller, RouteMap.Id(context), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
    }

    private static string Provider(HttpContext context) => (string)context.Request.RouteValues["provider"]!;
}
