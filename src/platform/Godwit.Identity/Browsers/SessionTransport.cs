using Godwit.Http.Problems;
using Godwit.Identity.Requests;
using Godwit.Identity.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Godwit.Identity.Browsers;

/// <summary>
/// How a client gets its tokens: in the answer's body, or, where it asks for that by a header, in cookies that no script reads. It is a header since no page of another origin can send one with a form: nobody is signed in to
/// somebody else's account by following a link.
/// </summary>
internal static class SessionTransport
{
    public const string Header = "X-Session-Transport";

    private static readonly Problem s_unknown = new(400, "transport-unknown", "Unknown transport") { Detail = $"{Header} is cookie, or is left out." };

    private static readonly object s_chosen = new();

    /// <exception cref="ProblemException">400: another word.</exception>
    public static bool IsCookie(HttpContext context) => context.Items.ContainsKey(s_chosen) || context.Request.Headers[Header].ToString() switch
    {
        "" => false,
        "cookie" => true,
        _ => throw new ProblemException(s_unknown),
    };

    /// <summary>Before the work: a page of another site opens no session here.</summary>
    /// <exception cref="ProblemException">400: another transport; 403: another site's page asks for cookies.</exception>
    public static void Require(HttpContext context)
    {
        if (IsCookie(context)) context.RequestServices.GetRequiredService<BrowserGuard>().RequireSameOrigin(context);
    }

    /// <summary>The session came by a cookie: so does its successor.</summary>
    public static void Choose(HttpContext context) => context.Items[s_chosen] = s_chosen;

    /// <summary>Puts tokens into cookies, and tells the client what is left to know.</summary>
    public static BrowserSession Set(HttpContext context, IssuedTokens tokens)
    {
        var csrf = context.RequestServices.GetRequiredService<BrowserGuard>().TokenOf(tokens.SessionId);
        SessionCookies.Set(context, tokens, csrf, context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
        return new BrowserSession(csrf, tokens.ExpiresIn, tokens.SessionExpiresAt, tokens.UserId, tokens.SessionId);
    }

    public static Task AnswerAsync(HttpContext context, IssuedTokens tokens) => RouteMap.AnswerAsync(context, Set(context, tokens), IdentityJson.Default.BrowserSession);
}

/// <summary>What a browser is told of a session that its cookies hold.</summary>
/// <param name="CsrfToken">Sent as <c>X-CSRF-Token</c> with whatever changes something; the cookie <c>__Host-godwit-csrf</c> has it, too.</param>
/// <param name="ExpiresIn">Seconds until the session is to be renewed.</param>
internal sealed record BrowserSession(string CsrfToken, long ExpiresIn, DateTimeOffset SessionExpiresAt, Guid UserId, Guid SessionId);
