using System.Net;
using System.Text.RegularExpressions;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;
using Microsoft.Playwright;

namespace Godwit.Identity.Tests.Site;

/// <summary>How an account comes to another address or a number, where mails lead to, in a real browser.</summary>
public sealed partial class AddressPageTests(IdentityTemplate template, Chromium chromium) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-sms-").FullName;

    [Fact]
    public async Task Somebody_changes_the_address_where_they_are_signed_in_and_adds_a_number_and_the_former_address_undoes_it()
    {
        await using var host = await IdentityHost.StartAsync(template, ("IDENTITY_SMS_FOLDER", _folder));
        await host.MakeAccountAsync("ada@example.org");
        await using var visitor = await Visitor.ComeAsync(chromium, host);
        await visitor.SignInAsync("ada@example.org");
        await visitor.PressAsync("Change the email address", AriaRole.Link);
        await visitor.PressAsync("Send the link");
        Assert.Contains("New email address", await visitor.TextAsync(), StringComparison.Ordinal);
        Assert.Contains("Something is not right yet", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.TypeAsync("New email address", "new@example.org");
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await visitor.PictureAsync("email");
        await visitor.PressAsync("Send the link");
        await visitor.SeesAsync("Hello, Ada");
        Assert.Contains("a mail with a link is on its way to it", await visitor.TextAsync(), StringComparison.Ordinal);
        // The session's cookie is enough: no password is asked for.
        await visitor.FollowAsync((await host.MailAsync("new@example.org")).Body);
        await visitor.SeesAsync("Confirm your new address");
        Assert.Equal(0, await visitor.Page.Locator("input[type=password]").CountAsync());
        await visitor.PictureAsync("email-confirm");
        await visitor.PressAsync("Confirm address");
        await visitor.SeesAsync("Hello, Ada");
        Assert.Contains("new@example.org", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PressAsync("Add the telephone number", AriaRole.Link);
        await visitor.TypeAsync("Telephone number", "+49 30 123456");
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await visitor.PressAsync("Send the code");
        var code = await TextedAsync();
        await visitor.TypeAsync("Code", code == "000000" ? "000001" : "000000");
        await visitor.PressAsync("Confirm");
        await visitor.SeesAsync("Confirm your number");
        await visitor.TypeAsync("Code", code);
        await visitor.PictureAsync("phone-confirm");
        await visitor.PressAsync("Confirm");
        Assert.Contains("+4930123456", await visitor.TextAsync(), StringComparison.Ordinal);
        await visitor.PictureAsync("overview-phone");
        await using var former = await Visitor.ComeAsync(chromium, host);
        await former.FollowAsync(await LeadingAsync(host, "ada@example.org", "/account/email-undo"));
        await former.PictureAsync("email-undo");
        await former.PressAsync("Have the former address back");
        await former.SeesAsync("A new password");
        Assert.Contains("has its former address again", await former.TextAsync(), StringComparison.Ordinal);
        await visitor.GoAsync("/account");
        await visitor.SeesAsync("Sign in");
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.users WHERE password_reset_required"));
        visitor.FoundNothingWrong();
        former.FoundNothingWrong();
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_and_the_link_alone_changes_nothing_where_somebody_else_or_nobody_is_signed_in()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await host.MakeAccountAsync("bob@example.org");
        var here = await host.SignInAsync("ada@example.org");
        var enrolled = await host.PostAsync("/v1/auth/2fa/enable", """{"method":"totp"}""", here.Access);
        var seed = Base32.Decode(enrolled.Json.GetProperty("secret").GetString()!)!;
        var step = Totp.StepAt(TimeProvider.System.GetUtcNow());
        var sheet = await host.PostAsync("/v1/auth/2fa/confirm", Codes.Body(enrolled, Totp.CodeAt(seed, step)), here.Access);
        Assert.Equal(HttpStatusCode.OK, sheet.Status);
        await using var visitor = await Visitor.ComeAsync(chromium, host);
        await visitor.SignInAsync("ada@example.org");
        await visitor.SeesAsync("Your second factor");
        await visitor.TypeAsync("Code", sheet.Json.GetProperty("backupCodes")[0].GetString()!);
        await visitor.PressAsync("Go on");
        await visitor.SeesAsync("Hello, Ada");
        await visitor.GoAsync("/account/email");
        await visitor.TypeAsync("New email address", "new@example.org");
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await visitor.PressAsync("Send the link");
        await visitor.SeesAsync("Change your address");
        await visitor.PictureAsync("email-code");
        // The page that asks for the code has no password in it.
        Assert.DoesNotContain(IdentityHost.Password, WebUtility.HtmlDecode(await visitor.Page.ContentAsync()), StringComparison.Ordinal);
        await visitor.TypeAsync("Password", IdentityHost.Password);
        await visitor.TypeAsync("Code", Totp.CodeAt(seed, step + 1));
        await visitor.PressAsync("Go on");
        await visitor.SeesAsync("Hello, Ada");
        var mail = (await host.MailAsync("new@example.org")).Body;
        await using var bob = await Visitor.ComeAsync(chromium, host);
        await bob.SignInAsync("bob@example.org");
        await bob.FollowAsync(mail);
        await bob.PressAsync("Confirm address");
        await bob.SeesAsync("Confirm your new address");
        Assert.Equal(1, await bob.Page.Locator("input[name=password]").CountAsync());
        await using var nobody = await Visitor.ComeAsync(chromium, host, scripts: false);
        await nobody.FollowAsync(mail);
        await nobody.TypeAsync("Code of the link", await host.LinkAsync("new@example.org"));
        await nobody.PressAsync("Confirm address");
        await nobody.SeesAsync("Confirm your new address");
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.email_changes"));
        await nobody.TypeAsync("Code of the link", await host.LinkAsync("new@example.org"));
        await nobody.TypeAsync("Password", IdentityHost.Password);
        await nobody.PressAsync("Confirm address");
        await nobody.SeesAsync("Sign in");
        Assert.Contains("The account has its new address", await nobody.TextAsync(), StringComparison.Ordinal);
        visitor.FoundNothingWrong();
        bob.FoundNothingWrong();
        nobody.FoundNothingWrong();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The mail to an address whose link leads to a page.</summary>
    private static async Task<string> LeadingAsync(IdentityHost host, string email, string path)
    {
        string? body = null;
        await Patience.UntilAsync(() => Task.FromResult((body = host.To(email).LastOrDefault(m => m.Body.Contains(path, StringComparison.Ordinal))?.Body) is not null));
        return body!;
    }

    private async Task<string> TextedAsync()
    {
        await Patience.UntilAsync(() => Task.FromResult(Directory.GetFiles(_folder, "*.txt").Length == 1));
        return Digits().Match(await File.ReadAllTextAsync(Directory.GetFiles(_folder, "*.txt")[0], TestContext.Current.CancellationToken)).Groups["code"].Value;
    }

    [GeneratedRegex("\n\n(?<code>[0-9]{6}) ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();
}
