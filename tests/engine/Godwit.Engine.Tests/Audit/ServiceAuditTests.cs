using Godwit.Engine.Audit;
using Godwit.TestServers;
using Microsoft.AspNetCore.Http;

namespace Godwit.Engine.Tests.Audit;

public sealed class ServiceAuditTests
{
    private static readonly (string Name, string Value)[] s_good =
    [
        ("X-Frame-Options", "DENY"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("Permissions-Policy", "camera=()"), ("Content-Security-Policy", "default-src 'self'; object-src 'none'"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"), ("Server", "web"), ("Set-Cookie", "__Host-session=x; Secure; HttpOnly; SameSite=Lax; Path=/"),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_does_all_of_it_has_nothing_found()
    {
        using var certificate = WebService.MakeCertificate("localhost", TimeProvider.System.GetUtcNow().AddDays(200));
        await using var plain = await WebService.StartAsync(http => RedirectAsync(http, "https://localhost/"), Token);
        await using var service = await WebService.StartAsync(http => AnswerAsync(http, s_good), certificate, Token);
        var folder = Directory.CreateTempSubdirectory("godwit-audit-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "ca.pem"), certificate.ExportCertificatePem(), Token);
        var answers = await Auditing.LookAsync($"{{folder: false, service: {{url: '{service.Url}', paths: [/, /api], trust: ca.pem, plain_url: '{plain.Url}', json_path: /api, headers: {{Authorization: {{env: TOKEN}}}}}}}}", folder, null, ("TOKEN", "Bearer t"));
        Assert.All(answers.Where(a => a.Key.StartsWith("http.", StringComparison.Ordinal) && a.Key is not ("http.rate-limit" or "http.retry-after")), a => Assert.True(a.Value.State == AuditState.Holds, $"{a.Key}: {Auditing.Of(answers, a.Key)}"));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("X-Frame-Options", "ALLOWALL", "http.frame")]
    [InlineData("X-Frame-Options", null, "http.frame")]
    [InlineData("X-Content-Type-Options", null, "http.nosniff")]
    [InlineData("Referrer-Policy", "unsafe-url", "http.referrer")]
    [InlineData("Permissions-Policy", null, "http.permissions")]
    [InlineData("Content-Security-Policy", null, "http.csp")]
    [InlineData("Content-Security-Policy", "script-src 'self' 'unsafe-inline'", "http.csp-unsafe", "script-src")]
    [InlineData("Content-Security-Policy", "default-src 'self' 'unsafe-eval' 'nonce-x'", "http.csp-unsafe", "default-src")]
    [InlineData("Content-Security-Policy", "default-src 'self'; script-src *", "http.csp-wildcard", "script-src")]
    [InlineData("Content-Security-Policy", "img-src 'self'", "http.csp-wildcard", "script-src")]
    [InlineData("Content-Security-Policy", "default-src https:", "http.csp-wildcard", "default-src")]
    [InlineData("Server", "nginx/1.22.1", "http.version", "Server")]
    [InlineData("X-Powered-By", "PHP/8.1.2", "http.version", "X-Powered-By")]
    public async Task A_header_that_is_missing_or_weak_is_found_on_every_answer(string name, string? value, string id, string? part = null)
    {
        var headers = s_good.Where(h => h.Name != name).Concat(value is null ? [] : [(name, value)]).ToArray();
        await using var service = await WebService.StartAsync(http => AnswerAsync(http, headers), Token);
        var answers = await Auditing.LookAsync($"{{folder: false, service: {service.Url}}}");
        var end = part is null ? "" : $": {part}";
        Assert.Equal($"GET /{end}; GET /godwit-audit-missing{end}", answers.Of(id));
        Assert.Equal("the URL is http", answers.Of("http.tls"));
        var others = answers.Values.Where(a => a.State == AuditState.Found && a.Check.Id is not ("http.tls" or "key.signing-age")).Select(a => a.Check.Id);
        Assert.Equal([id], others);
    }

    [Theory]
    [InlineData("default-src 'self'; script-src 'unsafe-inline' 'nonce-abc'")]
    [InlineData("default-src 'none'; frame-ancestors 'none'")]
    public async Task A_policy_that_is_strict_is_not_found(string policy)
    {
        await using var service = await WebService.StartAsync(http => AnswerAsync(http, [.. s_good.Where(h => h.Name is not ("Content-Security-Policy" or "X-Frame-Options")), ("Content-Security-Policy", policy), .. policy.Contains("frame", StringComparison.Ordinal) ? Array.Empty<(string, string)>() : [("X-Frame-Options", "DENY")]]), Token);
        var answers = await Auditing.LookAsync($"{{folder: false, service: {service.Url}}}");
        Assert.Equal("Holds Holds Holds Holds", string.Join(' ', answers.Of("http.csp"), answers.Of("http.csp-unsafe"), answers.Of("http.csp-wildcard"), answers.Of("http.frame")));
    }

    [Fact]
    public async Task Weak_cookies_are_named_and_not_shown()
    {
        await using var service = await WebService.StartAsync(
            http =>
            {
                if (http.Request.Path == "/")
                {
                    http.Response.Headers.Append("Set-Cookie", "sid=verysecretvalue");
                    http.Response.Headers.Append("Set-Cookie", "__Host-a=1; Secure; HttpOnly; SameSite=None; Path=/; Domain=example.com");
                    http.Response.Headers.Append("Set-Cookie", "__Host-b=1; Secure; HttpOnly; SameSite=Strict; Path=/");
                }
                return Task.CompletedTask;
            }, Token);
        var answers = await Auditing.LookAsync($"{{folder: false, service: {service.Url}}}");
        Assert.Equal("sid", answers.Of("http.cookie-secure"));
        Assert.Equal("sid", answers.Of("http.cookie-httponly"));
        Assert.Equal("__Host-a; sid", answers.Of("http.cookie-samesite"));
        Assert.Equal("__Host-a; sid", answers.Of("http.cookie-host"));
        Assert.DoesNotContain(answers.Values, a => a.Subjects.Any(s => s.Contains("verysecretvalue", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("{origin}", true, "GET /; OPTIONS /", "GET /; OPTIONS /", "GET /; OPTIONS /")]
    [InlineData("{origin}", false, "GET /; OPTIONS /", "Holds", "GET /; OPTIONS /")]
    [InlineData("*", true, "Holds", "GET /; OPTIONS /", "Holds")]
    [InlineData("*", false, "Holds", "Holds", "Holds")]
    [InlineData("null", true, "Holds", "Holds", "GET /; OPTIONS /")]
    [InlineData("https://app.example", true, "Holds", "Holds", "Holds")]
    public async Task Origins_that_are_let_in_too_easily_are_found(string allowed, bool credentials, string reflected, string together, string none)
    {
        await using var service = await WebService.StartAsync(
            http =>
            {
                if (http.Request.Headers.Origin.ToString() is { Length: > 0 } origin) http.Response.Headers.AccessControlAllowOrigin = allowed == "{origin}" ? origin : allowed;
                if (credentials) http.Response.Headers.AccessControlAllowCredentials = "true";
                return Task.CompletedTask;
            }, Token);
        var answers = await Auditing.LookAsync($"{{folder: false, service: {service.Url}}}");
        Assert.Equal((reflected, together, none), (answers.Of("http.cors-reflected"), answers.Of("http.cors-credentials"), answers.Of("http.cors-null")));
    }

    [Fact]
    public async Task A_certificate_of_another_name_that_nobody_signed_and_that_has_expired_is_found_and_told_no_secret()
    {
        var seen = new List<string>();
        using var certificate = WebService.MakeCertificate("other.example", TimeProvider.System.GetUtcNow().AddDays(-1));
        await using var service = await WebService.StartAsync(
            http =>
            {
                lock (seen) seen.Add(http.Request.Headers.Authorization.ToString());
                return Task.CompletedTask;
            }, certificate, Token);
        var answers = await Auditing.LookAsync($"{{folder: false, service: {{url: '{service.Url}', headers: {{Authorization: {{env: TOKEN}}}}}}}}", ".", null, ("TOKEN", "Bearer t"));
        Assert.Equal("it is not valid now", answers.Of("http.certificate-expiry"));
        Assert.Equal("localhost", answers.Of("http.certificate-name"));
        Assert.Equal("localhost", answers.Of("http.certificate-trust"));
        Assert.Equal("GET /; GET /godwit-audit-missing", answers.Of("http.hsts"));
        Assert.Equal("Holds", answers.Of("http.tls-version"));
        Assert.NotEmpty(seen);
        Assert.All(seen, s => Assert.Equal("", s));
    }

    [Fact]
    public async Task A_certificate_that_ends_soon_and_a_version_that_is_too_old_are_found()
    {
        var until = TimeProvider.System.GetUtcNow().AddDays(10);
        using var certificate = WebService.MakeCertificate("localhost", until);
        await using var service = await WebService.StartAsync(_ => Task.CompletedTask, certificate, Token);
        var answers = await Auditing.LookAsync($"{{folder: false, service: {{url: '{service.Url}', least_tls: '1.3'}}}}");
        Assert.Equal($"it is valid until {until:yyyy-MM-dd}", answers.Of("http.certificate-expiry"));
        Assert.Equal("TLS 1.2", answers.Of("http.tls-version"));
        Assert.Equal("Holds", answers.Of("http.certificate-name"));
    }

    [Fact]
    public async Task A_service_that_answers_without_TLS_instead_of_redirecting_is_found()
    {
        await using var plain = await WebService.StartAsync(http => http.Response.WriteAsync("hello"), Token);
        Assert.Equal("GET / without TLS", (await Auditing.LookAsync($"{{folder: false, service: {{url: '{plain.Url}', plain_url: '{plain.Url}'}}}}")).Of("http.plain-redirect"));
        Assert.Equal("NotAsked", (await Auditing.LookAsync($"{{folder: false, service: '{plain.Url}'}}")).Of("http.plain-redirect"));
    }

    [Theory]
    [InlineData("System.InvalidOperationException: no\n   at App.Users.Find(Int32 id) in /src/app/Users.cs:line 7", "a path of a file; a stack trace")]
    [InlineData("Traceback (most recent call last):\n  File \"app.py\", line 3", "a stack trace")]
    [InlineData("{\"error\":\"syntax error at or near \\\"x\\\"\"}", "a query or an error of a database")]
    [InlineData("<center>nginx/1.22.1</center>", "a product and its version")]
    [InlineData("{\"error\":\"not found\",\"id\":\"a1\"}", "Holds")]
    public async Task Errors_that_tell_how_the_service_is_made_are_found(string body, string found)
    {
        await using var service = await WebService.StartAsync(
            async http =>
            {
                if (http.Request.Path == "/") return;
                http.Response.StatusCode = http.Request.Path == "/users" ? 400 : 404;
                await http.Response.WriteAsync(body, Token);
            }, Token);
        var answers = await Auditing.LookAsync($"{{folder: false, service: {{url: '{service.Url}', json_path: /users}}}}");
        var expected = found == "Holds" ? found : string.Join("; ", new[] { "GET /godwit-audit-missing", "POST /users with broken JSON" }.SelectMany(w => found.Split("; ").Select(f => $"{w}: {f}")));
        Assert.Equal(expected, answers.Of("http.error-leak"));
    }

    [Theory]
    [InlineData(10, true, "Holds", "Holds")]
    [InlineData(10, false, "Holds", "GET /login")]
    [InlineData(1000, true, "GET /login", "Holds")]
    public async Task A_burst_is_sent_only_when_asked_for_and_has_to_be_limited(int most, bool retryAfter, string limited, string told)
    {
        var asked = 0;
        await using var service = await WebService.StartAsync(
            http =>
            {
                if (http.Request.Path != "/login" || Interlocked.Increment(ref asked) <= most) return Task.CompletedTask;
                http.Response.StatusCode = 429;
                if (retryAfter) http.Response.Headers.RetryAfter = "10";
                return Task.CompletedTask;
            }, Token);
        var quiet = await Auditing.LookAsync($"{{folder: false, service: '{service.Url}'}}");
        Assert.Equal(("NotAsked", 0), (quiet.Of("http.rate-limit"), asked));
        var answers = await Auditing.LookAsync($"{{folder: false, service: {{url: '{service.Url}', burst: 40, burst_path: /login}}}}");
        Assert.Equal((limited, told, 40), (answers.Of("http.rate-limit"), answers.Of("http.retry-after"), asked));
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_found_and_the_rest_is_not_seen()
    {
        var answers = await Auditing.LookAsync("{folder: false, service: 'http://127.0.0.1:9'}");
        Assert.Equal("GET /", answers.Of("http.reached"));
        Assert.Equal("unseen: GET / is not answered", answers.Of("http.csp"));
        Assert.Equal("unseen: SERVICE is not set", (await Auditing.LookAsync("{folder: false, service: {url_env: SERVICE}}")).Of("http.csp"));
    }

    private static Task RedirectAsync(HttpContext http, string to)
    {
        http.Response.Redirect(to, permanent: true);
        return Task.CompletedTask;
    }

    private static async Task AnswerAsync(HttpContext http, (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers) http.Response.Headers.Append(name, value);
        http.Response.StatusCode = http.Request.Path == "/" || http.Request.Path == "/api" ? 200 : 404;
        await http.Response.WriteAsync("hello", Token);
    }
}
