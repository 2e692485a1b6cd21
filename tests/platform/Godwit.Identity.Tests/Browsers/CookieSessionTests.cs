using System.Net;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Browsers;

public sealed class CookieSessionTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "3.3.1")]
    [Trait("ASVS", "3.3.2")]
    [Trait("ASVS", "3.3.3")]
    [Trait("ASVS", "3.3.4")]
    [Trait("ASVS", "7.2.4")]
    public async Task A_browser_that_asks_for_cookies_gets_its_session_in_them_and_no_token_in_the_answer()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var browser = new Browser(host);
        var answer = await browser.SignInAsync("ada@example.org");
        Assert.Equal(["csrfToken", "expiresIn", "sessionExpiresAt", "sessionId", "userId"], answer.Json.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(answer.Json.GetProperty("csrfToken").GetString(), browser.Csrf);
        Assert.Equal(["__Host-godwit-access", "__Host-godwit-csrf", "__Host-godwit-device", "__Host-godwit-refresh"], browser.Cookies.Keys.Order(StringComparer.Ordinal));
        foreach (var cookie in browser.SetCookies)
        {
            var attributes = cookie.Split("; ")[1..];
            Assert.Contains("path=/", attributes);
            Assert.Contains("secure", attributes);
            Assert.Contains("samesite=lax", attributes);
            Assert.DoesNotContain(attributes, a => a.StartsWith("domain", StringComparison.OrdinalIgnoreCase));
            // Scripts read the one that is of no use by itself, and no other.
            Assert.Equal(!cookie.StartsWith("__Host-godwit-csrf", StringComparison.Ordinal), attributes.Contains("httponly"));
        }
        Assert.Equal(HttpStatusCode.OK, (await browser.SendAsync("GET", "/v1/me")).Status);
    }

    [Fact]
    public async Task Who_asks_for_no_cookies_gets_none_and_another_word_is_refused()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var answer = await host.LoginAsync("ada@example.org");
        Assert.DoesNotContain(answer.Headers, h => h.StartsWith("Set-Cookie", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(HttpStatusCode.BadRequest, (await new Browser(host).SendAsync("POST", "/v1/auth/login", "{}", ("X-Session-Transport", "cookies"))).Status);
    }

    [Fact]
    public async Task A_renewal_by_cookie_gives_the_next_tokens_as_cookies()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var browser = new Browser(host);
        await browser.SignInAsync("ada@example.org");
        var before = browser.Cookies["__Host-godwit-refresh"];
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SendAsync("POST", "/v1/auth/refresh")).Status);
        var renewed = await browser.SendAsync("POST", "/v1/auth/refresh", null, ("X-CSRF-Token", browser.Csrf));
        Assert.True(renewed.Status == HttpStatusCode.OK, renewed.Text);
        Assert.DoesNotContain("refreshToken", renewed.Text, StringComparison.Ordinal);
        Assert.NotEqual(before, browser.Cookies["__Host-godwit-refresh"]);
        Assert.Equal(HttpStatusCode.OK, (await browser.SendAsync("GET", "/v1/me")).Status);
        // The device is known by its cookie.
        await browser.SignInAsync("ada@example.org");
        Assert.DoesNotContain(browser.SetCookies, c => c.StartsWith("__Host-godwit-device", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/v1/auth/logout")]
    [InlineData("/v1/auth/logout-all")]
    [Trait("ASVS", "7.4.1")]
    public async Task Signing_out_takes_the_session_out_of_the_browser_and_ends_it(string path)
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var browser = new Browser(host);
        await browser.SignInAsync("ada@example.org");
        var copy = browser.Cookies.ToDictionary(StringComparer.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await browser.SendAsync("POST", path, null, ("X-CSRF-Token", browser.Csrf))).Status);
        Assert.Equal(["__Host-godwit-device"], browser.Cookies.Keys);
        foreach (var (name, value) in copy) browser.Cookies[name] = value;
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SendAsync("GET", "/v1/me")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SendAsync("POST", "/v1/auth/refresh", null, ("X-CSRF-Token", browser.Csrf))).Status);
    }
}
