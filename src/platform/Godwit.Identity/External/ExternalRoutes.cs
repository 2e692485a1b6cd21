using Godwit.Http.Problems;
using Godwit.Identity.Login;
using Godwit.Identity.Reference;
using Godwit.Identity.Requests;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.External;

/// <summary>Signing in with an account at a provider, and linking one's own.</summary>
internal static class ExternalRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Public("GET", "/v1/auth/oauth/providers", context =>
            RouteMap.AnswerAsync(context, [.. routes.Get<Providers>().All.Select(p => new ProviderDocument(p.Name, p.Title))], IdentityJson.Default.IReadOnlyListProviderDocument))
            .Says("Lists the providers that accounts are signed in to with", IdentityJson.Default.IReadOnlyListProviderDocument);
        routes.Public("POST", "/v1/auth/oauth/{provider}/start", async context =>
            await RouteMap.AnswerAsync(context, await routes.Get<ExternalLogin>().BeginAsync(Provider(context), Client.Of(context), context.RequestAborted), IdentityJson.Default.OAuthStart))
            .Says("Begins to sign in at a provider", IdentityJson.Default.OAuthStart, refuses: [404, 429], more: "The browser goes to the URL; the binding stays with the page.");
        routes.Public("POST", "/v1/auth/oauth/{provider}/finish", async context =>
        {
            var finish = await JsonBody.ReadAsync(context, IdentityJson.Default.OAuthFinish);
            var (outcome, needed) = await routes.Get<ExternalLogin>().FinishAsync(Provider(context), finish, Client.Of(context), context.RequestAborted);
            if (outcome is not null) await LoginAnswer.AnswerAsync(context, outcome);
            else await RouteMap.AnswerAsync(context, needed!, IdentityJson.Default.RegistrationNeeded);
        })
            .Says("Signs in by what came back from a provider", IdentityJson.Default.IssuedTokens, IdentityJson.Default.OAuthFinish, or: [IdentityJson.Default.ChallengeDocument, IdentityJson.Default.RegistrationNeeded, IdentityJson.Default.BrowserSession],
                needs: "code state binding", refuses: [401, 403, 404, 409, 429], example: """{"code":"of-the-provider","state":"of-the-start","iss":"https://id.example.org","binding":"of-the-start"}""");
        routes.Public("POST", "/v1/auth/oauth/register", async context =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.ExternalRegistration);
            await LoginAnswer.AnswerAsync(context, await routes.Get<ExternalLogin>().RegisterAsync(request, Client.Of(context), context.RequestAborted));
        })
            .Says("Makes the account of who came from a provider", IdentityJson.Default.IssuedTokens, IdentityJson.Default.ExternalRegistration, or: [IdentityJson.Default.ChallengeDocument, IdentityJson.Default.BrowserSession],
                needs: "registration binding consents", refuses: [401, 409], example: """{"registration":"of-the-answer-before","binding":"of-the-start","firstName":"Bob","consents":{"terms":true,"privacy":true}}""");
        routes.Private("GET", "/v1/auth/oauth/links", sensitive: false, async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnExternalLogins>().ListAsync(caller, context.RequestAborted), IdentityJson.Default.IReadOnlyListExternalLinkDocument))
            .Says("Lists the identities that open one's account", IdentityJson.Default.IReadOnlyListExternalLinkDocument);
        routes.Private("POST", "/v1/auth/oauth/{provider}/link", sensitive: true, async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnExternalLogins>().BeginAsync(caller, Provider(context), Client.Of(context), context.RequestAborted), IdentityJson.Default.OAuthStart))
            .Says("Begins to link an identity at a provider", IdentityJson.Default.OAuthStart, refuses: [404, 429]);
        routes.Private("POST", "/v1/auth/oauth/{provider}/link/finish", sensitive: true, async (context, caller) =>
        {
            var finish = await JsonBody.ReadAsync(context, IdentityJson.Default.OAuthFinish);
            await routes.Get<OwnExternalLogins>().FinishAsync(caller, Provider(context), finish, Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Links an identity by what came back from a provider", takes: IdentityJson.Default.OAuthFinish, needs: "code state binding", refuses: [401, 404, 409, 429],
                example: """{"code":"of-the-provider","state":"of-the-start","iss":"https://id.example.org","binding":"of-the-start"}""");
        routes.Private("DELETE", "/v1/auth/oauth/links/{id:guid}", sensitive: true, async (context, caller) =>
        {
            await routes.Get<OwnExternalLogins>().RemoveAsync(caller, RouteMap.Id(context), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Takes an identity away", refuses: [409]);
    }

    private static string Provider(HttpContext context) => (string)context.Request.RouteValues["provider"]!;
}
