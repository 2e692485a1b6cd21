using Godwit.Identity.Tests.Running;
using Microsoft.Playwright;

namespace Godwit.Identity.Tests.Site;

/// <summary>Passkeys by a real browser and its own authenticator, which no test sees into.</summary>
public sealed class PasskeyPageTests(IdentityTemplate template, Chromium chromium)
{
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
}
