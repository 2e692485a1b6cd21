using Microsoft.AspNetCore.Http;

namespace Godwit.Http.Answers;

/// <summary>
/// Headers of every answer, errors too. A route may set one of its own before it answers, a policy for a page that has scripts for instance; what it does not set is set here. An API's answer is never a page: nothing may be
/// loaded by it, and nobody may frame it.
/// </summary>
/// <param name="next">What answers.</param>
/// <param name="https">The platform is reached by HTTPS: browsers are told to remember.</param>
public sealed class SecurityHeaders(RequestDelegate next, bool https)
{
    /// <summary>Those that every answer has; those that Kestrel would give without, too.</summary>
    public static IReadOnlyList<(string Name, string Value)> Always { get; } =
    [
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    ];

    public Task InvokeAsync(HttpContext context)
    {
        // At the last moment: an error clears what was set before.
        context.Response.OnStarting(static state =>
        {
            var (context, https) = ((HttpContext, bool))state;
            var headers = context.Response.Headers;
            foreach (var (name, value) in Always) headers.TryAdd(name, value);
            if (https) headers.TryAdd("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
            headers.TryAdd("Cache-Control", "no-store");
            return Task.CompletedTask;
        }, (context, https));
        return next(context);
    }
}
