using System.Net;
using System.Text.RegularExpressions;
using Godwit.Identity.Tests.Browsers;
using Godwit.Identity.Tests.External;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Site;

/// <summary>Signing in with an account at a provider, in a real browser at a real provider.</summary>
public sealed partial class ProviderPageTests(IdentityTemplate template, Chromium chromium) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-provider-").FullName;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Somebody_comes_from_a_provider_agrees_to_what_is_needed_and_signs_in_so_from_then_on(bool scripts)
    {
        var (provider, host) = await StartAsync();
        await using var _ = provider;
        await using var served = host;
        await using var visitor = await Visitor.ComeAsync(chromium, host, scripts);
        await visitor.GoAsync("/account/devices");
        await visitor.PictureAsync("sign-in-providers");
        await visitor.GoElsewhereAsync("Continue with Acme", null, "**/account/oauth/acme?*");
        await visitor.SeesAsync("You did not sign in at Acme");
        Assert.DoesNotContain("not today", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.GoAsync("/account/devices");
        await visitor.GoElsewhereAsync("Continue with Acme", "ada", "**/account/sign-up/provider");
        Assert.Contains("ada@example.org", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PressAsync("Create account");
        Assert.Contains("without it there is no account", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.TypeAsync("First name", "Ada");
        await visitor.TickAsync("I accept");
        await visitor.TickAsync("I have read");
        await visitor.PictureAsync("sign-up-provider");
        await visitor.PressAsync("Create account");
        // Where it was begun for.
        await visitor.SeesAsync("Devices");
        await visitor.PressAsync("Sign out");
        await visitor.GoElsewhereAsync("Continue with Acme", "ada", "**/account", asks: false);
        await visitor.SeesAsync("Hello, Ada");
        Assert.DoesNotContain(await visitor.Page.Context.CookiesAsync(), c => c.Name == "__Host-godwit-provider");
        visitor.FoundNothingWrong();
    }

    [Fact]
    public async Task An_account_is_linked_and_unlinked_by_who_has_signed_in_to_it_a_moment_ago()
    {
        var (provider, host) = await StartAsync();
        await using var _ = provider;
        await using var served = host;
        await host.MakeAccountAsync("ada@example.org");
        await using var visitor = await Visitor.ComeAsync(chromium, host);
        await visitor.GoAsync("/account/sign-in");
        await visitor.GoElsewhereAsync("Continue with Acme", "ada", "**/account/oauth/acme?*");
        await visitor.SeesAsync("There is an account with this address");
        await visitor.SignInAsync("ada@example.org");
        await visitor.PressAsync("Linked accounts", Microsoft.Playwright.AriaRole.Link);
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET authenticated_at = now() - interval '16 minutes'");
        await visitor.PressAsync("Link with Acme");
        Assert.Contains("within a quarter of an hour", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PressAsync("To the sign-in page", Microsoft.Playwright.AriaRole.Link);
        await visitor.TypeAsync("Email address", "ada@example.org");
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await visitor.PressAsync("Sign in");
        await visitor.SeesAsync("Linked accounts");
        await visitor.GoElsewhereAsync("Link with Acme", "ada", "**/account/providers?notice=provider-linked", asks: false);
        Assert.Contains("The account is linked", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PictureAsync("providers");
        await visitor.PressAsync("Sign out");
        // The second factor is asked for here, whatever the provider has asked.
        await host.Database.ExecuteAsync("INSERT INTO identity.user_2fa_settings (user_id, enabled, method) SELECT id, true, 'email' FROM identity.users");
        await visitor.GoElsewhereAsync("Continue with Acme", "ada", "**/account/oauth/acme?*", asks: false);
        await visitor.SeesAsync("Your second factor");
        await Patience.UntilAsync(() => Task.FromResult(host.To("ada@example.org").Any(m => Code().IsMatch(m.Body))));
        await visitor.TypeAsync("Code", Codes.Newest(host, "ada@example.org"));
        await visitor.PressAsync("Go on");
        await visitor.SeesAsync("Hello, Ada");
        await visitor.PressAsync("Linked accounts", Microsoft.Playwright.AriaRole.Link);
        await visitor.PressAsync("Unlink Acme");
        Assert.Contains("not linked any more", await visitor.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.external_logins"));
        visitor.FoundNothingWrong();
    }

    [Fact]
    [Trait("ASVS", "7.6.2")]
    [Trait("ASVS", "10.2.1")]
    public async Task Nobody_is_signed_in_by_what_another_browser_began_or_by_following_a_link()
    {
        var (provider, host) = await StartAsync();
        await using var _ = provider;
        await using var served = host;
        var (eve, ada) = (new Browser(host), new Browser(host));
        // Only a form of a page of this site begins it.
        Assert.Equal(HttpStatusCode.Forbidden, (await ada.FormAsync("/account/oauth/acme", [("next", "/account")])).Status);
        Assert.DoesNotContain("__Host-godwit-provider", ada.Cookies.Keys);
        var begun = await BeginAsync(eve);
        Assert.Contains(eve.SetCookies, c => c.StartsWith("__Host-godwit-provider=", StringComparison.Ordinal) && c.Contains("httponly", StringComparison.Ordinal) && c.Contains("secure", StringComparison.Ordinal) && c.Contains("samesite=lax", StringComparison.Ordinal) && c.Contains("max-age=600", StringComparison.Ordinal));
        // What Eve has brought from there does not sign Ada in as Eve: neither without a flow of her own nor with one.
        var back = $"/account/oauth/acme?{await ReturnAsync(begun)}";
        Assert.Equal(HttpStatusCode.Unauthorized, (await ada.SendAsync("GET", back)).Status);
        await BeginAsync(ada);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ada.SendAsync("GET", back)).Status);
        Assert.DoesNotContain("__Host-godwit-access", ada.Cookies.Keys);
        var led = await eve.SendAsync("GET", back);
        Assert.True(led.Status == HttpStatusCode.SeeOther, led.Text);
        Assert.Contains("Location: /account/sign-up/provider", led.Headers);
        Assert.Equal(HttpStatusCode.NotFound, (await ada.SendAsync("GET", "/account/oauth/none?code=1")).Status);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string> BeginAsync(Browser browser)
    {
        var page = await browser.SendAsync("GET", "/account/sign-in");
        var token = Csrf().Match(page.Text).Groups["token"].Value;
        var leaves = await browser.FormAsync("/account/oauth/acme", [("csrf", token), ("next", "/account")]);
        Assert.True(leaves.Status == HttpStatusCode.OK, leaves.Text);
        return WebUtility.HtmlDecode(Refresh().Match(leaves.Text).Groups["url"].Value);
    }

    /// <summary>Goes there, signs in, and tells what the browser brings back.</summary>
    private static async Task<string> ReturnAsync(string url)
    {
        var returned = await OidcProvider.SignInAsync(url, "eve", redirect: "http://localhost");
        return $"code={returned.Code}&state={returned.State}&iss={Uri.EscapeDataString(returned.Iss!)}";
    }

    private async Task<(OidcProvider Provider, IdentityHost Host)> StartAsync()
    {
        var site = $"localhost:{FreePorts.Next()}";
        var provider = await OidcProvider.StartAsync($"http://{site}/account/oauth/acme");
        var host = await IdentityHost.StartAsync(
            template, ("IDENTITY_OIDC_PROVIDERS", provider.Configure(_folder)), ("IDENTITY_RISK_THRESHOLD", "101"), ("GODWIT_LISTEN", site.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)), ("GODWIT_PUBLIC_URL", $"http://{site}"));
        return (provider, host);
    }

    [GeneratedRegex("name=\"csrf\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Csrf();

    [GeneratedRegex("http-equiv=\"refresh\" content=\"0; url=(?<url>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Refresh();

    [GeneratedRegex("^[0-9]{6}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
