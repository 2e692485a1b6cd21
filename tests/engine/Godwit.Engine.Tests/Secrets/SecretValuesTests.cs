using Godwit.Engine.Secrets;

namespace Godwit.Engine.Tests.Secrets;

public sealed class SecretValuesTests
{
    [Fact]
    public void A_value_from_outside_is_in_no_text_whatever_stands_around_it()
    {
        var secrets = new SecretValues();
        secrets.Add("plain-word-but-secret");
        secrets.Add("first line\nsecond line\n");
        secrets.Add("no");
        Assert.Equal("sent *** and ***; no ***", secrets.Mask("sent plain-word-but-secret and second line; no first line"));
    }

    [Fact]
    public void What_looks_like_a_secret_goes_too() => Assert.Equal("password=***", new SecretValues().Mask("password=hunter2"));
}
