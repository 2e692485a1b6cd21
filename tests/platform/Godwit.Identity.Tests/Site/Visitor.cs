using System.Text.RegularExpressions;
using Godwit.Identity.Tests.Running;
using Microsoft.Playwright;

namespace Godwit.Identity.Tests.Site;

/// <summary>Somebody with a browser, who looks at every page for what should not be there: errors of scripts, what the policy has refused, fields without a name, text that is hard to read.</summary>
internal sealed partial class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _profile;
    private readonly List<string> _errors = [];
    private readonly bool _scripts;
    private readonly string _start;

    private Visitor(IdentityHost host, IBrowserContext profile, IPage page, bool scripts)
    {
        (_profile, Page, _scripts) = (profile, page, scripts);
        // Browsers take the loopback interface for secure under its name, and passkeys need a name.
        _start = $"http://localhost:{host.Platform.Reached.Port}";
        page.Console += (_, message) =>
        {
            // A form that is refused is answered with 4xx, which the console tells.
            if (message.Type is "error" or "warning" && !message.Text.Contains("the server responded with a status of 4", StringComparison.Ordinal)) _errors.Add($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => _errors.Add($"{page.Url}: {error}");
        page.RequestFailed += (_, request) =>
        {
            // A page that becomes a file is no page any more.
            if (!request.Url.EndsWith("/archive", StringComparison.Ordinal)) _errors.Add($"{request.Url}: {request.Failure}");
        };
    }

    public IPage Page { get; }

    public static async Task<Visitor> ComeAsync(Chromium chromium, IdentityHost host, bool scripts = true, bool dark = false, bool phone = false)
    {
        var browser = await chromium.StartAsync();
        var profile = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            JavaScriptEnabled = scripts, ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ViewportSize = phone ? new ViewportSize { Width = 390, Height = 844 } : new ViewportSize { Width = 1280, Height = 900 },
        });
        // A machine that runs other tests as well takes its time.
        profile.SetDefaultTimeout(60_000);
        return new Visitor(host, profile, await profile.NewPageAsync(), scripts);
    }

    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(_start + path);
        await LookAsync();
    }

    /// <summary>Follows what a link of a mail leads to.</summary>
    public Task FollowAsync(string body) => GoAsync(Path().Match(body).Value);

    public Task TypeAsync(string label, string text) => Page.GetByLabel(label, new PageGetByLabelOptions { Exact = false }).And(Page.Locator("input")).First.FillAsync(text);

    public Task TickAsync(string label) => Page.GetByLabel(label).CheckAsync();

    /// <summary>Presses a button, or follows a link, and looks at the page that comes.</summary>
    public async Task PressAsync(string name, AriaRole role = AriaRole.Button)
    {
        await Page.GetByRole(role, new PageGetByRoleOptions { Name = name }).First.ClickAsync();
        await Page.WaitForLoadStateAsync(LoadState.Load);
        await LookAsync();
    }

    /// <summary>Presses a button that a script answers, and waits for the page that it leads to.</summary>
    public async Task DoAsync(string name, string address)
    {
        await Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name }).ClickAsync();
        await Page.WaitForURLAsync(address);
        await LookAsync();
    }

    /// <summary>Presses what leads to a provider, goes on there as a page says, and signs in; no account: thinks better of it.</summary>
    /// <param name="asks">Whether the provider still has to ask who it is.</param>
    public async Task GoElsewhereAsync(string name, string? account, string leads, bool asks = true)
    {
        await Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name }).ClickAsync();
        if (asks)
        {
            await Page.WaitForURLAsync("**/interaction/*");
            if (account is not null) await Page.GetByLabel("Account").FillAsync(account);
            await Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = account is null ? "Cancel" : "Sign in at Acme" }).ClickAsync();
        }
        await Page.WaitForURLAsync(leads);
        await LookAsync();
    }

    /// <summary>From now on the browser has an authenticator of its own (WebAuthn level 3, section 11), which says yes.</summary>
    public async Task HasAuthenticatorAsync()
    {
        var session = await _profile.NewCDPSessionAsync(Page);
        await session.SendAsync("WebAuthn.enable");
        await session.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object> { ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true },
        });
    }

    public async Task SeesAsync(string heading) => Assert.Equal(heading, await Page.Locator("h1").InnerTextAsync());

    public Task<string> TextAsync() => Page.Locator("main").InnerTextAsync();

    public async Task SignInAsync(string email, string password = IdentityHost.Password)
    {
        await GoAsync("/account/sign-in");
        await TypeAsync("Email address", email);
        await TypeAsync("Password", password);
        await PressAsync("Sign in");
    }

    public void FoundNothingWrong() => Assert.True(_errors.Count == 0, string.Join('\n', _errors));

    /// <summary>Keeps a picture of the page where GODWIT_PICTURES names a folder, for a person to look at.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("GODWIT_PICTURES") is { Length: > 0 } folder) await Page.ScreenshotAsync(new PageScreenshotOptions { Path = System.IO.Path.Combine(folder, name + ".png"), FullPage = true });
    }

    public async ValueTask DisposeAsync() => await _profile.DisposeAsync();

    private async Task LookAsync()
    {
        // The look itself is a script.
        if (!_scripts) return;
        foreach (var fault in await Page.EvaluateAsync<string[]>(PageChecks.Script)) _errors.Add($"{Page.Url}: {fault}");
    }

    [GeneratedRegex("/account/[a-z/-]+(#[A-Za-z0-9_-]+)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Path();
}
