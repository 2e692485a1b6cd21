using Godwit.Model.Findings;

namespace Godwit.Engine.Audit;

/// <summary>https://owasp.org/www-project-secure-headers/, https://developer.mozilla.org/docs/Web/Security/Practical_implementation_guides</summary>
internal static class ServiceChecks
{
    private const string Answers = "the service answers";

    public static readonly AuditCheck Reached = Error("http.reached", "The service does not answer", "What does not answer is not audited.", "Look whether it is up, and whether its URL is right.");

    public static readonly AuditCheck FrameOptions = Error("http.frame", "An answer may be shown inside of another site's frame", "Visitors can be made to click what they do not see.", "Send X-Frame-Options: DENY, or frame-ancestors in the Content-Security-Policy.");

    public static readonly AuditCheck NoSniff = Error("http.nosniff", "An answer lets browsers guess its type", "A file that somebody uploaded may then run as a script.", "Send X-Content-Type-Options: nosniff.");

    public static readonly AuditCheck Referrer = Warning("http.referrer", "An answer does not say what other sites learn of the address", "Addresses may hold tokens and names.", "Send Referrer-Policy: strict-origin-when-cross-origin, or stricter.");

    public static readonly AuditCheck Permissions = Warning("http.permissions", "An answer does not say which of a browser's features it needs", "Injected code could ask for camera, location or payment.", "Send Permissions-Policy with the features turned off: camera=(), geolocation=(), microphone=().");

    public static readonly AuditCheck Csp = Error("http.csp", "An answer has no Content-Security-Policy", "Without it, whatever is injected into a page runs.", "Send Content-Security-Policy: default-src 'self'; object-src 'none'; base-uri 'none', or default-src 'none' for an API.");

    public static readonly AuditCheck CspUnsafe = Error("http.csp-unsafe", "The Content-Security-Policy allows inline code or eval", "That is what it is there to forbid.", "Use nonces or hashes instead of 'unsafe-inline', and do without 'unsafe-eval'.");

    public static readonly AuditCheck CspWildcard = Error("http.csp-wildcard", "The Content-Security-Policy takes code from anywhere", "Whoever can put a file on any host can run it here.", "Name the hosts that scripts, styles and objects come from.");

    public static readonly AuditCheck Hsts = Error("http.hsts", "An answer does not keep browsers on https", "The first request over http can be led elsewhere.", "Send Strict-Transport-Security: max-age=31536000; includeSubDomains.") with { AskedWhen = "the URL is https" };

    public static readonly AuditCheck CorsReflected = Error("http.cors-reflected", "Any origin is allowed, since the one that asks is sent back", "Any site can read answers as the visitor.", "Compare the origin with a list.");

    public static readonly AuditCheck CorsCredentials = Error("http.cors-credentials", "Any origin is allowed together with credentials", "Any site can read answers as the visitor who is logged in.", "Never send Access-Control-Allow-Credentials with * or a reflected origin.");

    public static readonly AuditCheck CorsNull = Error("http.cors-null", "The origin null is allowed", "Sandboxed frames and local files have it, whoever made them.", "Take null off the list.");

    public static readonly AuditCheck CookieSecure = Error("http.cookie-secure", "A cookie is sent over http too", "Whoever is on the way reads it.", "Set it with Secure.");

    public static readonly AuditCheck CookieHttpOnly = Error("http.cookie-httponly", "A cookie can be read by scripts", "Injected code can take a session along.", "Set it with HttpOnly, unless a script has to read it; then ignore it here and say so.");

    public static readonly AuditCheck CookieSameSite = Warning("http.cookie-samesite", "A cookie goes along with requests of other sites", "They can act as the visitor.", "Set it with SameSite=Lax or Strict; None only where another site embeds this one.");

    public static readonly AuditCheck CookieHost = Warning("http.cookie-host", "A cookie can be set by a sibling host, or breaks the rules of its prefix", "A sibling host could plant a session.", "Name it __Host-…, with Secure, Path=/ and no Domain.");

    public static readonly AuditCheck Tls = Error("http.tls", "The service is reached without TLS", "Whoever is on the way reads and changes everything.", "Serve https only; where TLS ends at a proxy before it, audit the proxy's address.");

    public static readonly AuditCheck TlsVersion = Error("http.tls-version", "An old version of TLS is agreed to", "TLS 1.0 and 1.1 are broken and withdrawn (RFC 8996).", "Allow TLS 1.2 and 1.3 only.") with { AskedWhen = "the URL is https" };

    public static readonly AuditCheck CertificateExpiry = Error("http.certificate-expiry", "The certificate has expired, or soon will", "Clients refuse the service from then on.", "Renew it, and see that renewing is not left to somebody's memory.") with { AskedWhen = "the URL is https" };

    public static readonly AuditCheck CertificateName = Error("http.certificate-name", "The certificate is for another name", "Clients cannot tell the service from somebody in between.", "Get one for the name under which the service is reached.") with { AskedWhen = "the URL is https" };

    public static readonly AuditCheck CertificateTrust = Error("http.certificate-trust", "Nobody who is trusted has signed the certificate", "Clients cannot tell the service from somebody in between.", "Get one from an authority that clients trust, or name its certificate under `trust`.") with { AskedWhen = "the URL is https" };

    public static readonly AuditCheck PlainRedirect = Error("http.plain-redirect", "Without TLS the service answers instead of redirecting", "Visitors who type the name stay on http.", "Answer 301 or 308 with the https address, or close the port.") with { AskedWhen = "the URL is https on port 443, or plain_url is given" };

    public static readonly AuditCheck RateLimit = Error("http.rate-limit", "A burst of requests is not limited", "Passwords can be guessed and the service be worn out.", "Limit requests by visitor, and answer 429.") with { AskedWhen = "burst is given" };

    public static readonly AuditCheck RetryAfter = Warning("http.retry-after", "An answer 429 does not say when to come again", "Well-behaved clients then come at once.", "Send Retry-After with it.") with { AskedWhen = "burst is given" };

    public static readonly AuditCheck ErrorLeak = Error("http.error-leak", "An error tells how the service is made", "A stack trace, a path or a query tells an attacker where to go on.", "Answer errors with a code and a sentence, and log the rest.");

    public static readonly AuditCheck Version = Warning("http.version", "An answer names a product and its version", "Known weaknesses can be looked up.", "Take version numbers out of Server and X-Powered-By.");

    public static IReadOnlyList<AuditCheck> All { get; } =
    [
        Reached, Tls, TlsVersion, CertificateExpiry, CertificateName, CertificateTrust, PlainRedirect, Hsts, FrameOptions, NoSniff, Referrer, Permissions, Csp, CspUnsafe, CspWildcard,
        CorsReflected, CorsCredentials, CorsNull, CookieSecure, CookieHttpOnly, CookieSameSite, CookieHost, ErrorLeak, Version, RateLimit, RetryAfter,
    ];

    private static AuditCheck Error(string id, string finds, string reason, string remedy) => new(id, Severity.Error, finds, reason, remedy, Answers);

    private static AuditCheck Warning(string id, string finds, string reason, string remedy) => new(id, Severity.Warning, finds, reason, remedy, Answers);
}
