using System.Net;
using Godwit.Identity.Tests.Browsers;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Site;

public sealed class SiteGuardTests(IdentityTemplate template, Chromium chromium)
{
    private static readonly string[] s_private =
        ["/account", "/account/password", "/account/passkeys", "/account/second-factor", "/account/devices", "/account/sessions", "/account/consents", "/account/data", "/account/activity", "/account/email", "/account/phone", "/account/providers"];

    private static readonly string[] s_public = ["/account/sign-in", "/account/sign-up", "/account/check-mail", "/account/verify-email", "/account/password-reset", "/account/magic-link", "/account/words", "/account/email-confirm", "/account/email-undo", "/account/sign-up/provider", "/account/nowhere"];

    [Fact]
    public async Task Pages_of_an_account_lead_to_signing_in_and_no_further_than_to_themselves()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var browser = new Browser(host);
        foreach (var path in s_private)
        {
            var answer = await browser.SendAsync("GET", path);
            Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
            Assert.Contains($"Location: /account/sign-in?next={Uri.EscapeDataString(path)}", answer.Headers);
        }
        foreach (var (next, leads) in new[] { ("/account/devices", "/account/devices"), ("https://evil.example", "/account"), ("//evil.example", "/account"), ("/account/sign-out", "/account") })
        {
            var token = await TokenAsync(browser, "/account/sign-in");
            var answer = await browser.FormAsync("/account/sign-in", [("csrf", token), ("next", next), ("email", "ada@example.org"), ("password", IdentityHost.Password)]);
            Assert.True(answer.Status == HttpStatusCode.SeeOther, answer.Text);
            Assert.Contains($"Location: {leads}", answer.Headers);
        }
    }

    [Fact]
    [Trait("ASVS", "3.5.1")]
    public async Task A_form_of_another_site_changes_nothing_and_signs_nobody_in()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var (browser, other) = (new Browser(host), new Browser(host));
        (string, string)[] login = [("email", "ada@example.org"), ("password", IdentityHost.Password)];
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.FormAsync("/account/sign-in", login)).Status);
        var (own, others) = (await TokenAsync(browser, "/account/sign-in"), await TokenAsync(other, "/account/sign-in"));
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.FormAsync("/account/sign-in", [("csrf", others), .. login])).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.FormAsync("/account/sign-in", [("csrf", own), .. login], ("Origin", "https://evil.example"))).Status);
        Assert.DoesNotContain("__Host-godwit-access", browser.Cookies.Keys);
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.FormAsync("/account/sign-in", [("csrf", own), .. login], ("Sec-Fetch-Site", "same-origin"))).Status);
        // The token of before signing in is none of the session.
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.FormAsync("/account/sign-out-everywhere", [("csrf", own)])).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.SendAsync("GET", "/account")).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.FormAsync("/account/sign-out-everywhere", [("csrf", browser.Csrf)])).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.SendAsync("GET", "/account")).Status);
    }

    [Fact]
    public async Task A_page_renews_a_session_whose_access_token_has_run_out_and_ends_with_the_session()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var browser = new Browser(host);
        await browser.SignInAsync("ada@example.org");
        var before = browser.Cookies["__Host-godwit-refresh"];
        browser.Cookies.Remove("__Host-godwit-access");
        Assert.Equal(HttpStatusCode.OK, (await browser.SendAsync("GET", "/account")).Status);
        Assert.NotEqual(before, browser.Cookies["__Host-godwit-refresh"]);
        Assert.Contains("__Host-godwit-access", browser.Cookies.Keys);
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET revoked = true, revoked_at = now()");
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.SendAsync("GET", "/account")).Status);
        Assert.DoesNotContain("__Host-godwit-refresh", browser.Cookies.Keys);
    }

    [Fact]
    [Trait("ASVS", "3.4.3")]
    public async Task Pages_let_in_nothing_from_elsewhere_and_are_kept_by_nobody_but_what_they_load_is()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var page = await host.SendAsync(HttpMethod.Get, "/account/sign-in");
        var policy = page.Headers.Single(h => h.StartsWith("Content-Security-Policy", StringComparison.Ordinal));
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("Cache-Control: no-store", page.Headers);
        Assert.DoesNotContain("http:", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", page.Text, StringComparison.Ordinal);
        var loaded = page.Text.Split('"').Where(t => t.StartsWith("/account/assets/", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, loaded.Count);
        foreach (var path in loaded) Assert.Contains((await host.SendAsync(HttpMethod.Get, path)).Headers, h => h.StartsWith("Cache-Control", StringComparison.Ordinal) && h.Contains("immutable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_page_can_be_read_on_a_phone_and_in_the_dark()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await using var visitor = await Visitor.ComeAsync(chromium, host, dark: true, phone: true);
        foreach (var path in s_public)
        {
            // The last is not there, and says so as a page.
            await visitor.GoAsync(path);
        }
        await visitor.SignInAsync("ada@example.org");
        foreach (var path in s_private)
        {
            await visitor.GoAsync(path);
            Assert.EndsWith(path, visitor.Page.Url, StringComparison.Ordinal);
            await visitor.PictureAsync($"dark{path.Replace('/', '-')}");
        }
        visitor.FoundNothingWrong();
    }

    /// <summary>What the page's form carries.</summary>
    private static async Task<string> TokenAsync(Browser browser, string path)
    {
        var text = (await browser.SendAsync("GET", path)).Text;
        const string Field = "name=\"csrf\" value=\"";
        var at = text.IndexOf(Field, StringComparison.Ordinal) + Field.Length;
        return text[at..text.IndexOf('"', at)];
    }
}
