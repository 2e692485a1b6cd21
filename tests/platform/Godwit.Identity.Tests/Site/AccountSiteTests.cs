using Godwit.Identity.SecondFactors;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;
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
    [Fact]
    public async Task Somebody_sets_up_an_authenticator_signs_in_with_it_and_looks_after_the_account()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await using var visitor = await Visitor.ComeAsync(chromium, host);
        await visitor.SignInAsync("ada@example.org");
        await visitor.PressAsync("Second factor", AriaRole.Link);
        await visitor.PressAsync("Set up an authenticator");
        await visitor.PictureAsync("authenticator");
        await visitor.Page.GetByText("You cannot scan it?").ClickAsync();
        var seed = Base32.Decode((await visitor.Page.Locator(".key").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal))!;
        await visitor.TypeAsync("Code", "000000");
        await visitor.PressAsync("Confirm");
        await visitor.SeesAsync("Enter the code again");
        var step = Totp.StepAt(TimeProvider.System.GetUtcNow());
        await visitor.TypeAsync("Code", Totp.CodeAt(seed, step));
        await visitor.PressAsync("Confirm");
        await visitor.SeesAsync("Your backup codes");
        await visitor.PictureAsync("backup-codes");
        Assert.Equal(10, await visitor.Page.Locator(".codes li").CountAsync());
        await visitor.PressAsync("I have kept them", AriaRole.Link);
        await visitor.PressAsync("Sign out");
        await visitor.SignInAsync("ada@example.org");
        await visitor.SeesAsync("Your second factor");
        await visitor.PictureAsync("second-factor");
        // Each step is good once.
        await visitor.TypeAsync("Code", Totp.CodeAt(seed, step + 1));
        await visitor.PressAsync("Go on");
        await visitor.SeesAsync("Hello, Ada");
        await visitor.PressAsync("Devices", AriaRole.Link);
        await visitor.Page.GetByText("Rename").First.ClickAsync();
        await visitor.Page.Locator("details[open] input[name=name]").FillAsync("My laptop & <friends>");
        await visitor.PressAsync("Keep the name");
        Assert.Contains("My laptop & <friends>", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PressAsync("Trust");
        Assert.Contains("The device is trusted", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PictureAsync("devices");
        await visitor.PressAsync("Consents", AriaRole.Link);
        await visitor.PressAsync("Agree");
        Assert.Contains("Your consent is noted", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PictureAsync("consents");
        await visitor.PressAsync("Withdraw");
        Assert.Contains("Your consent is withdrawn", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PressAsync("Activity", AriaRole.Link);
        Assert.Contains("Second factor set up", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PictureAsync("activity");
        visitor.FoundNothingWrong();
    }

    [Fact]
    public async Task Somebody_asks_for_their_data_takes_the_archive_along_and_asks_to_be_erased()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await using var visitor = await Visitor.ComeAsync(chromium, host);
        await visitor.SignInAsync("ada@example.org");
        await visitor.PressAsync("Your data", AriaRole.Link);
        await visitor.PressAsync("Ask for a copy");
        Assert.Contains("Your request is noted", await visitor.TextAsync(), StringComparison.Ordinal);
        await Patience.UntilAsync(async () =>
        {
            await visitor.GoAsync("/account/data");
            return (await visitor.TextAsync()).Contains("completed", StringComparison.Ordinal);
        });
        await visitor.PictureAsync("data");
        var download = await visitor.Page.RunAndWaitForDownloadAsync(() => visitor.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Download" }).ClickAsync());
        using (var archive = await System.IO.Compression.ZipFile.OpenReadAsync(await download.PathAsync(), TestContext.Current.CancellationToken)) Assert.NotEmpty(archive.Entries);
        await visitor.PressAsync("Erase my account");
        await visitor.PressAsync("Erase my account");
        Assert.Contains("Password is required", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await visitor.PressAsync("Erase my account");
        Assert.Contains("Your account will be erased", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PressAsync("Call back");
        Assert.Contains("called back", await visitor.TextAsync(), StringComparison.Ordinal);
        visitor.FoundNothingWrong();
    }
}
