using Godwit.Identity.Tests.Running;
using Microsoft.Playwright;

namespace Godwit.Identity.Tests.Site;

/// <summary>The account site as people use it, in a real browser.</summary>
public sealed class AccountSiteTests(IdentityTemplate template, Chromium chromium)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Somebody_signs_up_confirms_the_address_signs_in_and_ends_another_session(bool scripts)
    {
        await using var host = await IdentityHost.StartAsync(template);
        await using var visitor = await Visitor.ComeAsync(chromium, host, scripts);
        await visitor.GoAsync("/account");
        await visitor.SeesAsync("Sign in");
        await visitor.PictureAsync("sign-in");
        await visitor.PressAsync("Create an account", AriaRole.Link);
        await visitor.PressAsync("Create account");
        Assert.Contains("Password is required", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PictureAsync("sign-up-refused");
        await visitor.TypeAsync("Email address", "ada@example.org");
        await visitor.TypeAsync("First name", "Ada");
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await visitor.TickAsync("I accept");
        await visitor.TickAsync("I have read");
        await visitor.PressAsync("Create account");
        await visitor.SeesAsync("Look into your mail");
        var mail = (await host.MailAsync("ada@example.org")).Body;
        await visitor.FollowAsync(mail);
        await visitor.SeesAsync("Confirm your address");
        await visitor.PictureAsync("verify-email");
        // The script takes the token from the link; without one a person copies it.
        if (scripts) Assert.DoesNotContain("#", visitor.Page.Url, StringComparison.Ordinal);
        else await visitor.TypeAsync("Code of the link", await host.LinkAsync("ada@example.org"));
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await visitor.PressAsync("Confirm address");
        await visitor.SeesAsync("Sign in");
        Assert.Contains("Your address is confirmed", await visitor.TextAsync(), StringComparison.Ordinal);
        var other = await host.SignInAsync("ada@example.org");
        await visitor.SignInAsync("ada@example.org");
        await visitor.SeesAsync("Hello, Ada");
        await visitor.PictureAsync("overview");
        await visitor.PressAsync("Sessions", AriaRole.Link);
        await visitor.PictureAsync("sessions");
        await visitor.PressAsync("End the session of");
        Assert.Contains("The session has ended", await visitor.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/auth/sessions", bearer: other.Access)).Status);
        await visitor.PressAsync("Sign out");
        await visitor.GoAsync("/account/sessions");
        await visitor.SeesAsync("Sign in");
        visitor.FoundNothingWrong();
    }
}
