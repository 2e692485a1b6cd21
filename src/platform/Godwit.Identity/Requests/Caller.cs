using Godwit.Http.Problems;
using Godwit.Identity.Sessions;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.Requests;

/// <summary>Who has signed in, by the request's access token.</summary>
/// <param name="User">The account.</param>
/// <param name="Family">The session.</param>
internal sealed record Caller(Guid User, Guid Family)
{
    private const string Scheme = "Bearer ";

    private static readonly Problem s_unauthorized = Problem.Of(401);

    /// <returns>The token of <c>Authorization: Bearer</c>; null when there is none.</returns>
    public static string? Bearer(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..].Trim() : null;

    /// <param name="sensitive">Asks the database whether the session is open, whatever the deny-list says.</param>
    /// <exception cref="ProblemException">401.</exception>
    public static async Task<Caller> RequireAsync(HttpContext context, AccessTokens tokens, SessionGate gate, bool sensitive)
    {
        if (Bearer(context) is not { } token || tokens.Read(token) is not var (user, family))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new ProblemException(s_unauthorized);
        }
        var open = sensitive ? await gate.IsOpenInDatabaseAsync(family, context.RequestAborted) : await gate.IsOpenAsync(family, context.RequestAborted);
        if (open) return new Caller(user, family);
        context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        throw new ProblemException(s_unauthorized);
    }
}
