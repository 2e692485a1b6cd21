using Godwit.Identity.Tests.Running;
using Microsoft.Playwright;

namespace Godwit.Identity.Tests.Site;

/// <summary>Fields and texts of the pages, in a real browser.</summary>
public sealed class FieldTests(IdentityTemplate template, Chromium chromium)
{
    [Fact]
    [Trait("ASVS", "6.2.6")]
    [Trait("ASVS", "6.2.7")]
    public async Task A_password_is_hidden_until_it_is_asked_for_can_be_pasted_and_is_known_to_password_managers()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        await using var visitor = await Visitor.ComeAsync(chromium, host);
        await LookAsync("/account/sign-in", "current-password");
        await LookAsync("/account/sign-up", "new-password");
        await LookAsync("/account/verify-email", "current-password");
        await LookAsync($"/account/password-reset#{new string('a', 64)}", "new-password");
        await visitor.SignInAsync("ada@example.org");
        await LookAsync("/account/password", "current-password new-password");
        await LookAsync("/account/email", "current-password");
        await LookAsync("/account/phone", "current-password");
        visitor.FoundNothingWrong();

        async Task LookAsync(string path, string fills)
        {
            await visitor.GoAsync(path);
            var fields = await visitor.Page.Locator("input[autocomplete$=password]").AllAsync();
            Assert.Equal(fills, string.Join(' ', await Task.WhenAll(fields.Select(f => f.GetAttributeAsync("autocomplete")))));
            Assert.Equal(fields.Count, await visitor.Page.Locator("input[type=password]").CountAsync());
            foreach (var field in fields)
            {
                // By the keyboard, as a person pastes and a password manager does.
                await field.EvaluateAsync("f => { const o = document.createElement('textarea'); document.body.append(o); o.value = ' a sentence of mine '; o.select(); document.execCommand('copy'); o.remove(); f.focus(); }");
                await visitor.Page.Keyboard.PressAsync("Control+V");
                Assert.Equal(" a sentence of mine ", await field.InputValueAsync());
                Assert.Null(await field.GetAttributeAsync("maxlength"));
                var button = field.Locator("xpath=..").GetByRole(AriaRole.Button);
                await button.ClickAsync();
                Assert.Equal("text", await field.GetAttributeAsync("type"));
                await button.ClickAsync();
                Assert.Equal("password", await field.GetAttributeAsync("type"));
            }
        }
    }

    [Fact]
    [Trait("ASVS", "3.2.2")]
    public async Task What_people_call_themselves_and_their_things_is_text_whatever_it_looks_like()
    {
        const string Hostile = "<img src=x onerror=\"document.title='taken'\">", Device = "</h2><script>document.title='taken'</script>{{7*7}}";
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync("ada@example.org");
        var tokens = await host.SignInAsync("ada@example.org");
        Assert.True((await host.SendAsync(HttpMethod.Patch, "/v1/me", System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string> { ["firstName"] = Hostile }), tokens.Access)).Status is System.Net.HttpStatusCode.OK or System.Net.HttpStatusCode.NoContent);
        await using var visitor = await Visitor.ComeAsync(chromium, host);
        await visitor.SignInAsync("ada@example.org");
        await visitor.SeesAsync($"Hello, {Hostile}");
        await visitor.PressAsync("Devices", AriaRole.Link);
        await visitor.Page.GetByText("Rename").First.ClickAsync();
        await visitor.Page.Locator("details[open] input[name=name]").FillAsync(Device);
        await visitor.PressAsync("Keep the name");
        Assert.Contains(Device, await visitor.TextAsync(), StringComparison.Ordinal);
        // In an attribute, too.
        Assert.Equal(Device, await visitor.Page.Locator("input[name=name]").First.GetAttributeAsync("value"));
        Assert.Equal(0, await visitor.Page.Locator("main img, main script").CountAsync());
        Assert.DoesNotContain("taken", await visitor.Page.TitleAsync(), StringComparison.Ordinal);
        visitor.FoundNothingWrong();
    }
}
