using Godwit.Http.Problems;
using Godwit.Identity.Browsers;
using Godwit.Identity.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Godwit.Identity.Requests;

/// <summary>Who has signed in, by the request's access token: as Bearer, or in a cookie.</summary>
/// <param name="User">The account.</param>
/// <param name="Family">The session.</param>
/// <param name="TwoFactors">Whether a second factor was shown, when the token was issued.</param>
/// <param name="Roles">As they were when the token was issued: what is allowed by them is looked up each time.</param>
internal sealed record Caller(Guid User, Guid Family, bool TwoFactors, IReadOnlyList<string> Roles)
{
    private const string Scheme = "Bearer ";

    private static readonly Problem s_unauthorized = Problem.Of(401);

    private static readonly Problem s_invalid = s_unauthorized with { Authenticate = "Bearer error=\"invalid_token\"" };

    /// <returns>The token of <c>Authorization: Bearer</c>; null when there is none.</returns>
    public static string? Bearer(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..].Trim() : null;

    /// <param name="sensitive">Asks the database whether the session is open, whatever the deny-list says.</param>
    /// <exception cref="ProblemException">401; 403: a cookie signs in, and nothing shows that a page of this origin sends the request.</exception>
    public static async Task<Caller> RequireAsync(HttpContext context, AccessTokens tokens, SessionGate gate, bool sensitive)
    {
        // Where there is a header it counts, whatever it says: a request that is refused with it is not let in without it.
        var byCookie = context.Request.Headers.Authorization.Count == 0;
        if ((byCookie ? SessionCookies.Read(context, SessionCookies.Access) : Bearer(context)) is not { } token) throw new ProblemException(s_unauthorized);
        if (tokens.Read(token) is not var (user, family, twoFactors, roles)) throw new ProblemException(s_invalid);
        if (byCookie && BrowserGuard.Changes(context)) context.RequestServices.GetRequiredService<BrowserGuard>().Require(context, family);
        var open = sensitive ? await gate.IsOpenInDatabaseAsync(family, context.RequestAborted) : await gate.IsOpenAsync(family, context.RequestAborted);
        if (open) return new Caller(user, family, twoFactors, roles);
        throw new ProblemException(s_invalid);
    }
}
