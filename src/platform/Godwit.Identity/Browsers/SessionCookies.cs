using Godwit.Identity.Sessions;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.Browsers;

/// <summary>
/// A session in a browser's cookies. All names begin with <c>__Host-</c> (RFC 6265bis section 4.1.3.2): no other host of the domain and no page without TLS can put one there. They are Lax, so that who follows a link from a mail or
/// comes back from another provider is still signed in; what changes something never rests on that (<see cref="BrowserGuard"/>).
/// </summary>
internal static class SessionCookies
{
    public const string Access = "__Host-godwit-access", Refresh = "__Host-godwit-refresh", Device = "__Host-godwit-device";

    /// <summary>What scripts of the same origin show with each change. It is of no use without the session's cookies.</summary>
    public const string Csrf = "__Host-godwit-csrf";

    /// <summary>What the account site's forms are bound to before anybody has signed in. It goes when the browser is closed.</summary>
    public const string Visit = "__Host-godwit-visit";

    /// <summary>Which mailed link this browser has asked for.</summary>
    public const string Link = "__Host-godwit-link";

    /// <summary>What this browser has begun with a provider.</summary>
    public const string Provider = "__Host-godwit-provider";

    /// <summary>Browsers keep none longer (RFC 6265bis section 5.5).</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(400);

    public static string? Read(HttpContext context, string name) => context.Request.Cookies[name] is { Length: > 0 } value ? value : null;

    public static void Set(HttpContext context, IssuedTokens tokens, string csrf, DateTimeOffset now)
    {
        var life = tokens.SessionExpiresAt - now;
        Add(context, Access, tokens.AccessToken, TimeSpan.FromSeconds(tokens.ExpiresIn));
        Add(context, Refresh, tokens.RefreshToken, life);
        Add(context, Csrf, csrf, life, readable: true);
        if (tokens.DeviceToken is { } device) Add(context, Device, device, s_longest);
    }

    /// <summary>Takes the session out of the browser, with pages that it keeps to go back to and what scripts of this origin have stored. What the device is known by stays.</summary>
    public static void Clear(HttpContext context)
    {
        foreach (var name in new[] { Access, Refresh, Csrf }.Where(context.Request.Cookies.ContainsKey))
        {
            Add(context, name, "", TimeSpan.Zero, name == Csrf);
            // Not "cookies": that would take the device's along.
            context.Response.Headers["Clear-Site-Data"] = "\"cache\", \"storage\"";
        }
    }

    /// <summary>Secure always: browsers take such cookies from the loopback interface without TLS, too.</summary>
    /// <param name="readable">By scripts.</param>
    public static void Add(HttpContext context, string name, string value, TimeSpan? life, bool readable = false) => context.Response.Cookies.Append(
        name, value, new CookieOptions { Path = "/", Secure = true, HttpOnly = !readable, SameSite = SameSiteMode.Lax, MaxAge = life is { } left ? TimeSpan.FromSeconds(Math.Max(0, (long)left.TotalSeconds)) : null });

    public static void AddVisit(HttpContext context, string visit) => Add(context, Visit, visit, null);
}
