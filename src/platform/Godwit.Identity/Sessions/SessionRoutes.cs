using Godwit.Http.Problems;
using Godwit.Identity.Browsers;
using Godwit.Identity.Keys;
using Godwit.Identity.Login;
using Godwit.Identity.People;
using Godwit.Identity.Reference;
using Godwit.Identity.Requests;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.Sessions;

/// <summary>Signing in, renewing, and ending one's own sessions.</summary>
internal static class SessionRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Public("POST", "/v1/auth/login", async context => await LoginAnswer.AnswerAsync(
            context, await routes.Get<PasswordLogin>().LoginAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.LoginRequest), Client.Of(context), context.RequestAborted)))
            .Says("Signs in by address and password", IdentityJson.Default.IssuedTokens, IdentityJson.Default.LoginRequest, or: [IdentityJson.Default.ChallengeDocument, IdentityJson.Default.BrowserSession], needs: "email password", refuses: [401, 403, 429],
                example: """{"email":"ada@example.org","password":"a sentence of mine"}""", more: "Tokens, or a challenge where a second factor is asked for; cookies in place of tokens with X-Session-Transport: cookie.");
        routes.Public("POST", "/v1/auth/login/2fa", async context => await RouteMap.AnswerAsync(
            context, await routes.Get<SecondFactorLogin>().LoginAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.CodeRequest), Client.Of(context), context.RequestAborted), IdentityJson.Default.IssuedTokens))
            .Says("Signs in by the second factor", IdentityJson.Default.IssuedTokens, IdentityJson.Default.CodeRequest, or: [IdentityJson.Default.BrowserSession], needs: "challenge", refuses: [401, 429], example: """{"challenge":"of-the-answer-before","code":"123456"}""");
        routes.Public("POST", "/v1/auth/refresh", async context =>
        {
            // Many clients show their access token with every request: what is in the body is meant.
            var body = context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0 ? await JsonBody.ReadAsync(context, IdentityJson.Default.RefreshRequest, anyType: true) : null;
            var token = body?.RefreshToken ?? Caller.Bearer(context) ?? FromCookie(context, routes) ?? throw new ProblemException(Problem.Of(401));
            await RouteMap.AnswerAsync(context, await routes.Get<SessionRenewal>().RenewAsync(token, Client.Of(context), context.RequestAborted), IdentityJson.Default.IssuedTokens);
        })
            .Says("Renews a session", IdentityJson.Default.IssuedTokens, IdentityJson.Default.RefreshRequest, or: [IdentityJson.Default.BrowserSession], bare: true, refuses: [401, 403], example: """{"refreshToken":"of-the-answer-before"}""", more: "The token may be the Bearer, or in a cookie, too.");
        routes.Private("POST", "/v1/auth/logout", sensitive: true, enrols: true, answer: async (context, caller) =>
        {
            await routes.Get<OwnSessions>().EndAsync(caller, caller.Family, "logged out", Client.Of(context), context.RequestAborted);
            SessionCookies.Clear(context);
            context.Response.StatusCode = 204;
        })
            .Says("Ends the session");
        routes.Private("POST", "/v1/auth/logout-all", sensitive: true, enrols: true, answer: async (context, caller) =>
        {
            await routes.Get<OwnSessions>().EndAsync(caller, null, "logged out everywhere", Client.Of(context), context.RequestAborted);
            SessionCookies.Clear(context);
            context.Response.StatusCode = 204;
        })
            .Says("Ends all sessions");
        // What an application asks before it serves somebody: the token is verified, and one look tells whether the session is open.
        routes.Private("GET", "/v1/auth/session", sensitive: false, enrols: true, answer: (context, caller) =>
            RouteMap.AnswerAsync(context, new OpenSession(caller.User, caller.Family, caller.TwoFactors, caller.Roles), IdentityJson.Default.OpenSession))
            .Says("Says whose session it is, while it is open", IdentityJson.Default.OpenSession, more: "Nothing personal is opened for it.");
        routes.Private("GET", "/v1/auth/sessions", sensitive: false, async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnSessions>().ListAsync(caller, context.RequestAborted), IdentityJson.Default.IReadOnlyListSessionDocument))
            .Says("Lists one's open sessions", IdentityJson.Default.IReadOnlyListSessionDocument);
        routes.Private("DELETE", "/v1/auth/sessions/{id:guid}", sensitive: true, async (context, caller) =>
        {
            if (await routes.Get<OwnSessions>().EndAsync(caller, RouteMap.Id(context), "ended by its owner", Client.Of(context), context.RequestAborted) == 0) throw new ProblemException(Problem.Of(404));
            context.Response.StatusCode = 204;
        })
            .Says("Ends one of one's sessions");
        routes.Public("GET", "/.well-known/jwks.json", context =>
        {
            context.Response.ContentType = "application/jwk-set+json";
            context.Response.Headers.CacheControl = "public, max-age=300";
            return context.Response.WriteAsync(routes.Get<IdentityKeys>().JwksDocument, context.RequestAborted);
        })
            .Says("The public keys of access tokens", type: "application/jwk-set+json", more: "RFC 7517.");
    }
    /// <summary>A browser's refresh token, which is a request that changes something, too: its successor goes into cookies again.</summary>
    private static string? FromCookie(HttpContext context, RouteMap routes)
    {
        if (context.Request.Headers.Authorization.Count > 0 || SessionCookies.Read(context, SessionCookies.Refresh) is not { } token) return null;
        if (new RefreshToken(routes.Get<IdentityKeys>().Refresh).Read(token) is not var (family, _)) return null;
        routes.Get<BrowserGuard>().Require(context, family);
        SessionTransport.Choose(context);
        return token;
    }
}
