using System.Net;
using Godwit.Identity.Tests.Requests;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Browsers;

/// <summary>What another site's page can make a browser send changes nothing here.</summary>
[Trait("ASVS", "3.5.1")]
[Trait("ASVS", "3.5.2")]
[Trait("ASVS", "3.5.3")]
public sealed class CrossSiteTests(IdentityTemplate template)
{
    private static readonly string[] s_kinds = ["bearer", "cookie", "both"];

    /// <summary>What is sent besides, and whether a cookie may change something with it.</summary>
    private static readonly (string Name, string? Token, string? Site, string? Origin, bool Good)[] s_cases =
    [
        ("nothing", null, null, null, false),
        ("its token", "own", null, null, true),
        ("its token, same origin", "own", "same-origin", "own", true),
        ("no token, same origin", null, "same-origin", "own", false),
        ("another session's token", "other", "same-origin", "own", false),
        ("a token that is none", "AAAA", "same-origin", "own", false),
        ("its token, of another site", "own", "cross-site", null, false),
        ("its token, of a sister's page", "own", "same-site", null, false),
        ("its token, another origin", "own", null, "https://evil.example", false),
        ("its token, an origin without a name", "own", null, "null", false),
    ];

    [Fact]
    public async Task By_a_cookie_nothing_changes_without_the_sessions_token_from_this_origin_and_by_a_header_all_does()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.MakeAccountAsync("eve@example.org");
        var (browser, other) = (new Browser(host), new Browser(host));
        await browser.SignInAsync("ada@example.org");
        await other.SignInAsync("eve@example.org");
        var bearer = (await host.SignInAsync("ada@example.org")).Access;
        (string Method, string Path, string? Body, HttpStatusCode Done)[] requests =
        [
            ("POST", "/v1/me/consents", """{"type":"marketing","granted":true}""", HttpStatusCode.NoContent), ("PATCH", $"/v1/auth/devices/{Guid.NewGuid()}", """{"name":"mine"}""", HttpStatusCode.NotFound),
            ("DELETE", $"/v1/auth/sessions/{Guid.NewGuid()}", null, HttpStatusCode.NotFound), ("GET", "/v1/me", null, HttpStatusCode.OK),
        ];
        List<string> wrong = [];
        foreach (var (method, path, body, done) in requests)
        {
            foreach (var kind in s_kinds)
            {
                foreach (var (name, token, site, origin, good) in s_cases)
                {
                    List<(string, string)> headers = [];
                    if (kind != "cookie") headers.Add(("Authorization", $"Bearer {bearer}"));
                    if (token is not null) headers.Add(("X-CSRF-Token", token switch { "own" => browser.Csrf, "other" => other.Csrf, _ => token }));
                    if (site is not null) headers.Add(("Sec-Fetch-Site", site));
                    if (origin is not null) headers.Add(("Origin", origin == "own" ? host.Platform.Reached.GetLeftPart(UriPartial.Authority) : origin));
                    var client = kind == "bearer" ? new Browser(host) : browser;
                    var answer = await client.SendAsync(method, path, body, [.. headers]);
                    var expected = kind != "cookie" || method == "GET" || good ? done : HttpStatusCode.Forbidden;
                    if (answer.Status != expected) wrong.Add($"{method} by {kind} with {name}: {answer.Status} in place of {expected}");
                }
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Every_route_that_changes_something_refuses_a_cookie_alone()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var browser = new Browser(host);
        await browser.SignInAsync("ada@example.org");
        var changing = PublicRouteTests.Routes().Where(r => !r.Public && r.Method is not ("GET" or "HEAD")).ToList();
        Assert.Contains(changing, r => r.Path == "/v1/auth/password/change");
        foreach (var (method, path, _) in changing)
            Assert.True((await browser.SendAsync(method, path, "{}")) is { Status: HttpStatusCode.Forbidden } and var refused && refused.Text.Contains("csrf-token-wrong", StringComparison.Ordinal), $"{method} {path}");
        Assert.Equal(HttpStatusCode.OK, (await browser.SendAsync("GET", "/v1/me")).Status);
    }

    [Fact]
    public async Task A_header_that_is_wrong_is_not_made_good_by_a_cookie()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var browser = new Browser(host);
        await browser.SignInAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SendAsync("GET", "/v1/me", null, ("Authorization", "Bearer none"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SendAsync("GET", "/v1/me", null, ("Authorization", "Basic bm9uZTpub25l"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SendAsync("POST", "/v1/auth/refresh", null, ("Authorization", "Basic bm9uZTpub25l"), ("X-CSRF-Token", browser.Csrf))).Status);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Nobody_is_signed_in_to_an_account_by_another_sites_page(string header, string value)
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("eve@example.org");
        var browser = new Browser(host);
        var answer = await browser.SendAsync("POST", "/v1/auth/login", $$"""{"email":"eve@example.org","password":"{{IdentityHost.Password}}"}""", ("X-Session-Transport", "cookie"), (header, value));
        Assert.Equal((HttpStatusCode.Forbidden, 0), (answer.Status, browser.Cookies.Count));
        // It was refused before anything was done.
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_sessions"));
    }

    [Fact]
    public async Task The_origin_is_the_public_urls_where_there_is_one()
    {
        await using var host = await IdentityHost.StartAsync(template, ("GODWIT_PUBLIC_URL", "https://id.example.org"));
        await host.MakeAccountAsync("ada@example.org");
        var browser = new Browser(host);
        await browser.SignInAsync("ada@example.org");
        Assert.Equal(HttpStatusCode.NoContent, (await browser.SendAsync("POST", "/v1/auth/logout", null, ("X-CSRF-Token", browser.Csrf), ("Origin", "https://id.example.org"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SendAsync("POST", "/v1/auth/login", "{}", ("X-Session-Transport", "cookie"), ("Origin", "https://id.example.org.evil.example"))).Status);
    }
}
