using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Keys;
using Godwit.Identity.Settings;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.Browsers;

/// <summary>
/// Tells what a page of this origin sends from what another page makes a browser send: by what the browser says of where it comes from, and by a token that only pages of this origin can read. The token is a MAC over the session
/// (OWASP's signed double submit), so that one of another session is none. Whoever signs in by a header needs neither: no browser adds one by itself.
/// </summary>
internal sealed class BrowserGuard(IdentityKeys keys, SettingValues settings)
{
    public const string Header = "X-CSRF-Token";

    /// <summary>The code of a token that is missing, of another session, or too old.</summary>
    public const string WrongToken = "csrf-token-wrong";

    private const string SessionPurpose = "session", VisitPurpose = "visit";

    private static readonly Problem s_origin = new(403, "cross-site-request", "The request comes from another site") { Detail = "What a cookie signs in is changed by pages of this origin only." };

    private static readonly Problem s_token = new(403, WrongToken, "The CSRF token is missing or wrong") { Detail = $"Send the cookie {SessionCookies.Csrf} as the header {Header}." };

    private readonly string? _origin = settings.TextOrNull(IdentitySettings.PublicUrl) is { } url ? new Uri(url).GetLeftPart(UriPartial.Authority) : null;

    public static bool Changes(HttpContext context) => !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) && !HttpMethods.IsOptions(context.Request.Method);

    public string TokenOf(Guid session) => new SignedId(keys.Csrf).Make(SessionPurpose, session);

    /// <summary>Of a request with cookies that changes something, by a script.</summary>
    /// <exception cref="ProblemException">403.</exception>
    public void Require(HttpContext context, Guid session) => Require(context, session, context.Request.Headers[Header].ToString());

    /// <param name="context">The request.</param>
    /// <param name="session">The one that the cookies are of.</param>
    /// <param name="token">The header's, or a form's: no page of another origin can know it.</param>
    /// <exception cref="ProblemException">403.</exception>
    public void Require(HttpContext context, Guid session, string? token)
    {
        RequireSameOrigin(context);
        if (token is null || new SignedId(keys.Csrf).Read(SessionPurpose, token) != session) throw new ProblemException(s_token);
    }

    /// <summary>What a browser is known by before it has a session, for the forms of that time: made where there is none.</summary>
    public Guid VisitOf(HttpContext context)
    {
        if (Guid.TryParseExact(SessionCookies.Read(context, SessionCookies.Visit), "N", out var known)) return known;
        var visit = Guid.NewGuid();
        SessionCookies.AddVisit(context, visit.ToString("N"));
        return visit;
    }

    public string TokenOfVisit(Guid visit) => new SignedId(keys.Csrf).Make(VisitPurpose, visit);

    /// <summary>Of a form for everybody: nobody is signed in, or signed up, by another site's page.</summary>
    /// <exception cref="ProblemException">403.</exception>
    public void RequireVisit(HttpContext context, string? token)
    {
        RequireSameOrigin(context);
        if (token is null || !Guid.TryParseExact(SessionCookies.Read(context, SessionCookies.Visit), "N", out var visit) || new SignedId(keys.Csrf).Read(VisitPurpose, token) != visit) throw new ProblemException(s_token);
    }

    /// <summary>Browsers say where a request comes from; who says nothing is no browser, and has no cookies that another page could lend.</summary>
    /// <exception cref="ProblemException">403.</exception>
    public void RequireSameOrigin(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin")) throw new ProblemException(s_origin);
        if (headers.Origin.ToString() is { Length: > 0 } origin && !IsOwn(context, origin)) throw new ProblemException(s_origin);
    }

    /// <summary>Behind a proxy the host that browsers know is the public URL's. In development the name that the request itself goes to is as good.</summary>
    private bool IsOwn(HttpContext context, string origin) =>
        string.Equals(origin, _origin, StringComparison.OrdinalIgnoreCase)
        || ((_origin is null || !settings.Production) && string.Equals(origin, $"{context.Request.Scheme}://{context.Request.Host}", StringComparison.OrdinalIgnoreCase));
}
