using Godwit.Identity.Tests.Browsers;
using Godwit.Identity.Tests.Running;
using Microsoft.Playwright;

namespace Godwit.Identity.Tests.Site;

/// <summary>What a real browser keeps of a session, and of a person.</summary>
public sealed class BrowserStorageTests(IdentityTemplate template, Chromium chromium)
{
    private static readonly string[] s_pages = ["/account", "/account/password", "/account/passkeys", "/account/second-factor", "/account/devices", "/account/sessions", "/account/consents", "/account/data", "/account/activity", "/account/email", "/account/providers"];

    [Fact]
    [Trait("ASVS", "10.1.1")]
    [Trait("ASVS", "14.2.3")]
    [Trait("ASVS", "14.3.3")]
    [Trait("ASVS", "7.4.4")]
    public async Task Scripts_see_no_token_nothing_is_stored_but_the_session_and_every_page_has_a_way_out()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await using var visitor = await Visitor.ComeAsync(chromium, host);
        await visitor.HasAuthenticatorAsync();
        await visitor.SignInAsync("ada@example.org");
        await visitor.GoAsync("/account/passkeys");
        await visitor.DoAsync("Add a passkey", "**/account/passkeys?notice=passkey-added");
        await visitor.PressAsync("Sign out");
        // By the script, which asks the API: what it is answered has no token either.
        var said = "";
        await visitor.Page.RouteAsync("**/v1/auth/passkeys/login", async route =>
        {
            var answer = await route.FetchAsync();
            said = await answer.TextAsync();
            await route.FulfillAsync(new RouteFulfillOptions { Response = answer });
        });
        await visitor.DoAsync("Sign in with a passkey", "**/account");
        var cookies = await visitor.Page.Context.CookiesAsync();
        var tokens = cookies.Where(c => c.Name is "__Host-godwit-access" or "__Host-godwit-refresh" or "__Host-godwit-device").ToList();
        Assert.Equal(3, tokens.Count);
        Assert.All(tokens, c => Assert.True(c is { HttpOnly: true, Secure: true, Domain: "localhost", Path: "/" }, c.Name));
        Assert.All(cookies, c => Assert.StartsWith("__Host-godwit-", c.Name, StringComparison.Ordinal));
        Assert.All(cookies, c => Assert.DoesNotContain("ada", Uri.UnescapeDataString(c.Value), StringComparison.OrdinalIgnoreCase));
        Assert.Contains("csrfToken", said, StringComparison.Ordinal);
        var asked = new HashSet<string>(StringComparer.Ordinal);
        visitor.Page.Request += (_, request) => asked.Add(new Uri(request.Url).Authority);
        foreach (var token in tokens) Assert.DoesNotContain(token.Value, said, StringComparison.Ordinal);
        foreach (var path in s_pages)
        {
            await visitor.GoAsync(path);
            Assert.Equal("__Host-godwit-csrf", await visitor.Page.EvaluateAsync<string>("document.cookie.split('; ').map(c => c.split('=')[0]).join()"));
            Assert.Equal("0 0 0 0", await visitor.Page.EvaluateAsync<string>("(async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length].join(' '))()"));
            var page = await visitor.Page.ContentAsync();
            foreach (var token in tokens) Assert.DoesNotContain(token.Value, page, StringComparison.Ordinal);
            Assert.True(await visitor.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign out", Exact = true }).IsVisibleAsync(), path);
        }
        // No page tells anybody else of whom it is shown to.
        Assert.Equal(new Uri(visitor.Page.Url).Authority, Assert.Single(asked));
        visitor.FoundNothingWrong();
    }

    [Fact]
    [Trait("ASVS", "14.3.1")]
    public async Task Signing_out_leaves_nothing_behind_to_go_back_to()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await using var visitor = await Visitor.ComeAsync(chromium, host);
        await visitor.SignInAsync("ada@example.org");
        await visitor.GoAsync("/account/email");
        await visitor.GoAsync("/account");
        // As an application on the same origin may.
        await visitor.Page.EvaluateAsync("localStorage.setItem('ada', 'ada@example.org')");
        await visitor.PressAsync("Sign out");
        Assert.Equal(0, await visitor.Page.EvaluateAsync<int>("localStorage.length"));
        Assert.DoesNotContain(await visitor.Page.Context.CookiesAsync(), c => c.Name is "__Host-godwit-access" or "__Host-godwit-refresh" or "__Host-godwit-csrf");
        // The device is known all the same.
        Assert.Contains(await visitor.Page.Context.CookiesAsync(), c => c.Name == "__Host-godwit-device");
        await visitor.Page.GoBackAsync();
        await visitor.SeesAsync("Sign in");
        Assert.DoesNotContain("ada@example.org", await visitor.Page.ContentAsync(), StringComparison.Ordinal);
        visitor.FoundNothingWrong();
    }

    [Fact]
    [Trait("ASVS", "14.3.1")]
    public async Task A_program_in_a_browser_is_told_to_clear_what_it_keeps_too()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var browser = new Browser(host);
        await browser.SignInAsync("ada@example.org");
        Assert.Contains("Clear-Site-Data: \"cache\", \"storage\"", (await browser.SendAsync("POST", "/v1/auth/logout", "{}", ("X-CSRF-Token", browser.Csrf))).Headers);
        // Of a program that holds its tokens itself there is nothing to clear.
        Assert.DoesNotContain((await host.SendAsync(HttpMethod.Post, "/v1/auth/logout", bearer: (await host.SignInAsync("ada@example.org")).Access)).Headers, h => h.StartsWith("Clear-Site-Data", StringComparison.Ordinal));
    }
}
