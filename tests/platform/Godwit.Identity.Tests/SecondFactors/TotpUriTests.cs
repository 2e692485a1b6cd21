using System.Text.RegularExpressions;
using System.Xml.Linq;
using Godwit.Identity.SecondFactors;
using QRCoder;

namespace Godwit.Identity.Tests.SecondFactors;

public sealed class TotpUriTests
{
    private static readonly byte[] s_seed = [.. Enumerable.Range(0, 20).Select(n => (byte)n)];

    [Fact]
    public void An_authenticator_is_told_everything_and_nothing_in_a_name_breaks_out()
    {
        var uri = TotpUri.Of("Suma: Finance & Co", "ada+a?b#c&issuer=evil@example.org", s_seed);
        Assert.Equal("otpauth://totp/Suma%20%20Finance%20%26%20Co:ada%2Ba%3Fb%23c%26issuer%3Devil%40example.org?secret=AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT&issuer=Suma%20%20Finance%20%26%20Co&algorithm=SHA1&digits=6&period=30", uri);
        Assert.Equal("totp", new Uri(uri).Host);
    }

    [Fact]
    public void The_image_has_the_modules_of_the_code_and_nothing_that_a_policy_forbids()
    {
        var uri = TotpUri.Of("Suma", "ada@example.org", s_seed);
        var image = QrImage.Of(uri, "a <code> for \"you\"");
        var svg = XElement.Parse(image);
        Assert.Equal("a <code> for \"you\"", svg.Attribute("aria-label")!.Value);
        Assert.DoesNotContain("style", image, StringComparison.Ordinal);
        Assert.DoesNotContain(uri, image, StringComparison.Ordinal);
        using var code = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        var size = code.ModuleMatrix.Count;
        Assert.Equal($"0 0 {size} {size}", svg.Attribute("viewBox")!.Value);
        var dark = new bool[size, size];
        foreach (Match run in Regex.Matches(svg.Elements().Last().Attribute("d")!.Value, @"M(\d+) (\d+)h(\d+)v1h-\3z"))
        {
            for (var x = 0; x < int.Parse(run.Groups[3].Value); x++) dark[int.Parse(run.Groups[2].Value), int.Parse(run.Groups[1].Value) + x] = true;
        }
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++) Assert.Equal(code.ModuleMatrix[y][x], dark[y, x]);
        }
        // White all around, and the corner of a finder inside.
        Assert.False(dark[QrImage.QuietZone - 1, QrImage.QuietZone]);
        Assert.True(dark[QrImage.QuietZone, QrImage.QuietZone]);
    }
}
