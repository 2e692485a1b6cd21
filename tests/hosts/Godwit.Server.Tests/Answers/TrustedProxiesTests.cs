using System.Net;
using Godwit.Server.Answers;

namespace Godwit.Server.Tests.Answers;

public sealed class TrustedProxiesTests
{
    private static readonly TrustedProxies s_proxies = new([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::/32")]);

    [Theory]
    [InlineData("10.0.0.1", "192.0.2.7", "192.0.2.7")]
    [InlineData("10.0.0.1", "203.0.113.9, 192.0.2.7, 10.9.9.9", "192.0.2.7")]
    [InlineData("2001:db8::1", "2001:4860::1", "2001:4860::1")]
    [InlineData("10.0.0.1", "::ffff:192.0.2.7", "192.0.2.7")]
    // Who is no proxy of ours is where the connection comes from, whatever it says.
    [InlineData("198.51.100.3", "192.0.2.7", "198.51.100.3")]
    // What cannot be read ends the looking: to the left of it anybody may have written.
    [InlineData("10.0.0.1", "192.0.2.7, unknown", "10.0.0.1")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    public void A_client_is_the_first_from_the_right_that_is_no_proxy_of_ours(string peer, string forwarded, string client) =>
        Assert.Equal(IPAddress.Parse(client), s_proxies.ClientOf(IPAddress.Parse(peer), forwarded));

    [Theory]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("10.0.0.0/8, 2001:db8::/32", true)]
    [InlineData("everybody", false)]
    [InlineData("10.0.0.0/8,", false)]
    [Trait("ASVS", "4.1.3")]
    public void Networks_are_judged_before_the_start(string value, bool taken) => Assert.Equal(taken, TrustedProxies.Refuse(value) is null);
}
