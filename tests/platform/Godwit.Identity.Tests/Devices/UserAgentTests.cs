using FsCheck;
using FsCheck.Fluent;
using Godwit.Identity.Devices;

namespace Godwit.Identity.Tests.Devices;

public sealed class UserAgentTests
{
    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "desktop", "Windows", "Firefox", "Firefox on Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "desktop", "Windows", "Edge", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "desktop", "macOS", "Safari", "Safari on macOS")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "mobile", "iOS", "Safari", "Safari on iOS")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0.0.0 Mobile/15E148 Safari/604.1", "mobile", "iOS", "Chrome", "Chrome on iOS")]
    [InlineData("Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0 Mobile/15E148 Safari/604.1", "tablet", "iPadOS", "Firefox", "Firefox on iPadOS")]
    [InlineData("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", "mobile", "Android", "Chrome", "Chrome on Android")]
    [InlineData("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36", "tablet", "Android", "Samsung Internet", "Samsung Internet on Android")]
    [InlineData("Mozilla/5.0 (Android 14; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0", "tablet", "Android", "Firefox", "Firefox on Android")]
    [InlineData("Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "mobile", "Android", "Firefox", "Firefox on Android")]
    [InlineData("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "desktop", "ChromeOS", "Chrome", "Chrome on ChromeOS")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/125.0.0.0", "desktop", "Linux", "Opera", "Opera on Linux")]
    [InlineData("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Tablet PC 2.0)", "desktop", "Windows", "Internet Explorer", "Internet Explorer on Windows")]
    [InlineData("okhttp/4.12.0", "unknown", null, "an Android app", "an Android app")]
    [InlineData("MyBank/7 CFNetwork/1410.0.3 Darwin/22.6.0", "desktop", "macOS", "an Apple app", "an Apple app on macOS")]
    [InlineData("MyBank/7 (Android 14)", "mobile", "Android", null, "A browser on Android")]
    [InlineData("curl/8.5.0", "unknown", null, "curl", "curl")]
    [InlineData("", "unknown", null, null, "An unknown device")]
    [InlineData(null, "unknown", null, null, "An unknown device")]
    [InlineData("<script>alert(1)</script>", "unknown", null, null, "An unknown device")]
    public void A_device_has_a_name_that_its_owner_knows_again(string? header, string type, string? system, string? browser, string name)
    {
        var agent = UserAgent.Read(header);
        Assert.Equal((type, system, browser, name), (agent.TypeName, agent.System, agent.Browser, agent.Name));
    }

    [Fact]
    public void Nothing_of_what_a_client_sends_stands_in_the_name() => Check.QuickThrowOnFailure(Prop.ForAll<string?>(header =>
        UserAgent.Read(header + "\u0007<b>").Name.All(c => char.IsAsciiLetter(c) || c == ' ')));

    [Fact]
    public void What_comes_after_512_characters_is_not_looked_at()
    {
        Assert.Equal("An unknown device", UserAgent.Read(new string('(', 10_000_000) + "Windows Firefox/140.0").Name);
        Assert.Equal("Firefox on Windows", UserAgent.Read("Windows Firefox/140.0" + new string('(', 10_000_000)).Name);
    }
}
