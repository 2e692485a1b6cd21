using Godwit.Http.Problems;
using Godwit.Identity.Browsers;
using Godwit.Identity.Requests;
using Godwit.Identity.Sessions;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.Site.Serving;

/// <summary>Who asks for a page. A page cannot renew its session as a program does, so that it is renewed on the way where the access token has run out: the cookies go out ahead of the page.</summary>
internal sealed class SiteSession(AccessTokens tokens, SessionGate gate, SessionRenewal renewal)
{
    /// <param name="context">The request.</param>
    /// <param name="sensitive">Asks the database whether the session is open.</param>
    /// <returns>Null: sign in.</returns>
    public async Task<Caller?> FindAsync(HttpContext context, bool sensitive)
    {
        if (SessionCookies.Read(context, SessionCookies.Access) is { } access && tokens.Read(access) is var (user, family, twoFactors, roles))
        {
            var open = sensitive ? await gate.IsOpenInDatabaseAsync(family, context.RequestAborted) : await gate.IsOpenAsync(family, context.RequestAborted);
            if (open) return new Caller(user, family, twoFactors, roles);
        }
        if (SessionCookies.Read(context, SessionCookies.Refresh) is not { } refresh) return null;
        try
        {
            return await RenewAsync(context, refresh);
        }
        catch (ProblemException e) when (e.Problem.Status == StatusCodes.Status401Unauthorized)
        {
            SessionCookies.Clear(context);
            return null;
        }
    }

    /// <summary>After a change of what the session has shown: its next access token says it.</summary>
    public async Task<Caller?> RenewAsync(HttpContext context, string refresh)
    {
        var issued = await renewal.RenewAsync(refresh, Client.Of(context), context.RequestAborted);
        SessionTransport.Set(context, issued);
        return tokens.Read(issued.AccessToken) is var (user, family, twoFactors, roles) ? new Caller(user, family, twoFactors, roles) : null;
    }
}
