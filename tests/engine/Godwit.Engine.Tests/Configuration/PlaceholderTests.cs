using Godwit.Engine.Configuration;
using Godwit.Security.Secrets;

namespace Godwit.Engine.Tests.Configuration;

public sealed class PlaceholderTests
{
    [Theory]
    [InlineData("changeme")]
    [InlineData("CHANGE_ME_please")]
    [InlineData("your-api-key")]
    [InlineData("<pepper>")]
    [InlineData("${API_KEY_PEPPER}")]
    [InlineData("{{ pepper }}")]
    [InlineData("xxxxxxxx")]
    [InlineData("00000000")]
    [InlineData("  ")]
    [InlineData("password")]
    [InlineData("123456789")]
    [InlineData("key-goes-here")]
    public void What_a_template_has_is_a_placeholder(string value) => Assert.True(KnownSecrets.IsFiller(value));

    [Theory]
    [InlineData("b7d1c3a09f2e4458")]
    [InlineData("https://example.com/hook")]
    [InlineData("8080")]
    [InlineData("no")]
    [InlineData("eu-central-1")]
    public void What_somebody_set_is_none(string value) => Assert.False(KnownSecrets.IsFiller(value));

    [Fact]
    public void A_file_of_variables_is_read_as_service_managers_do()
    {
        var values = DotEnvFile.Read("# comment\nA=1\r\nexport B='two words'\nC=\"x=y\"\n=nothing\nD\nA=3\nE=\n");
        Assert.Equal([("A", "3"), ("B", "two words"), ("C", "x=y"), ("E", "")], values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => (v.Key, v.Value)));
    }
}
