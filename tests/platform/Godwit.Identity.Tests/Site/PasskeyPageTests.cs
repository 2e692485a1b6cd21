using Godwit.Identity.Tests.Running;
using Microsoft.Playwright;

namespace Godwit.Identity.Tests.Site;

/// <summary>Passkeys by a real browser and its own authenticator, which no test sees into.</summary>
public sealed class PasskeyPageTests(IdentityTemplate template, Chromium chromium) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-passkey-sms-").FullName;

    [Fact]
    public async Task Somebody_makes_passkeys_the_second_factor_and_shows_one_wherever_it_is_asked_for()
    {
        await using var host = await IdentityHost.StartAsync(template, ("IDENTITY_SMS_FOLDER", _folder));
        await host.MakeAccountAsync("ada@example.org");
        await using var visitor = await Visitor.ComeAsync(chromium, host);
        await visitor.HasAuthenticatorAsync();
        await visitor.SignInAsync("ada@example.org");
        await visitor.PressAsync("Second factor", AriaRole.Link);
        await visitor.PressAsync("Add a passkey", AriaRole.Link);
        await visitor.DoAsync("Add a passkey", "**/account/passkeys?notice=passkey-added");
        await visitor.PressAsync("Second factor", AriaRole.Link);
        await visitor.PictureAsync("second-factor-offered");
        await visitor.PressAsync("Use your passkeys");
        await visitor.SeesAsync("Show one of your passkeys");
        await ShowAsync("Your backup codes");
        await visitor.PressAsync("I have kept them", AriaRole.Link);
        Assert.Contains("Your passkeys", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PressAsync("Sign out");
        await visitor.SignInAsync("ada@example.org");
        await visitor.SeesAsync("Your second factor");
        await visitor.PictureAsync("second-factor-passkey");
        await ShowAsync("Hello, Ada");
        await visitor.GoAsync("/account/email");
        await visitor.TypeAsync("New email address", "new@example.org");
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await visitor.PressAsync("Send the link");
        await visitor.SeesAsync("Change your address");
        // Without the password a passkey changes nothing; the page asks again, and takes it.
        await ShowAsync("Change your address", waits: "Password is required");
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await visitor.PictureAsync("email-passkey");
        await ShowAsync("Hello, Ada");
        Assert.Contains("#", (await host.MailAsync("new@example.org")).Body, StringComparison.Ordinal);
        await visitor.GoAsync("/account/phone");
        await visitor.TypeAsync("Telephone number", "+49 30 123456");
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await visitor.PressAsync("Send the code");
        await visitor.SeesAsync("Change your number");
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await ShowAsync("Confirm your number");
        // Somebody who has signed in long ago erases nothing without it.
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET authenticated_at = now() - interval '16 minutes'");
        await visitor.GoAsync("/account/data");
        await visitor.PressAsync("Erase my account");
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await visitor.PressAsync("Erase my account");
        await visitor.SeesAsync("Erase your account");
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await ShowAsync("Your data");
        Assert.Contains("Your account will be erased", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PressAsync("Second factor", AriaRole.Link);
        await visitor.PressAsync("Take it away");
        await ShowAsync("Second factor");
        Assert.Contains("The second factor is taken away", await visitor.TextAsync(), StringComparison.Ordinal);
        visitor.FoundNothingWrong();

        async Task ShowAsync(string heading, string? waits = null)
        {
            await visitor.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Use your passkey" }).ClickAsync();
            await (waits is null ? visitor.Page.Locator("h1", new PageLocatorOptions { HasTextString = heading }) : visitor.Page.GetByText(waits).First).WaitForAsync();
            await visitor.Page.WaitForLoadStateAsync();
            await visitor.SeesAsync(heading);
        }
    }

    [Fact]
    public async Task Somebody_makes_a_passkey_signs_in_with_it_and_removes_it()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await using var visitor = await Visitor.ComeAsync(chromium, host);
        await visitor.HasAuthenticatorAsync();
        await visitor.SignInAsync("ada@example.org");
        await visitor.PressAsync("Passkeys", AriaRole.Link);
        await visitor.TypeAsync("Name", "My fingerprint");
        await visitor.DoAsync("Add a passkey", "**/account/passkeys?notice=passkey-added");
        Assert.Contains("My fingerprint", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PictureAsync("passkeys");
        await visitor.PressAsync("Sign out");
        await visitor.PictureAsync("sign-in-passkey");
        await visitor.DoAsync("Sign in with a passkey", "**/account");
        await visitor.SeesAsync("Hello, Ada");
        await visitor.PressAsync("Sessions", AriaRole.Link);
        Assert.Contains("by passkey", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PressAsync("Passkeys", AriaRole.Link);
        await visitor.PressAsync("Remove");
        Assert.Contains("The passkey is removed", await visitor.TextAsync(), StringComparison.Ordinal);
        visitor.FoundNothingWrong();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
