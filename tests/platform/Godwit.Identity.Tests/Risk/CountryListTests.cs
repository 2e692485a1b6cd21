using System.Net;
using Godwit.Identity.Risk;

namespace Godwit.Identity.Tests.Risk;

public sealed class CountryListTests
{
    [Theory]
    [InlineData("192.0.2.0/24,DE", "192.0.2.255", "DE")]
    [InlineData("\"192.0.2.0\",\"192.0.3.255\",\"FR\"", "192.0.3.1", "FR")]
    [InlineData("2001:db8::/32,BR # of somebody", "2001:db8:ffff::1", "BR")]
    [InlineData("192.0.2.0/24,DE", "::ffff:192.0.2.7", "DE")]
    [InlineData("192.0.2.0/24,DE", "192.0.3.0", null)]
    [InlineData("192.0.2.0/24,ZZ", "192.0.2.1", null)]
    public void An_address_is_of_the_country_of_its_network(string line, string address, string? country) =>
        Assert.Equal(country, CountryList.Read(new StringReader($"# a list\n\n{line}\n")).Of(IPAddress.Parse(address)));

    [Theory]
    [InlineData("192.0.2.0/24,Germany"), InlineData("192.0.2.0/24,de"), InlineData("192.0.2.1/24,DE"), InlineData("nowhere,DE"), InlineData("192.0.2.9,192.0.2.1,DE"), InlineData("DE"), InlineData("1.2.3.4,5.6.7.8,DE,more")]
    public void A_line_that_says_something_else_is_refused_with_its_number(string line) =>
        Assert.Contains("line 2", Assert.Throws<NetworkListException>(() => CountryList.Read(new StringReader($"192.0.9.0/24,DE\n{line}\n"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_lines_that_say_different_things_of_an_address_are_refused() =>
        Assert.Contains("lines 1 and 2", Assert.Throws<NetworkListException>(() => CountryList.Read(new StringReader("192.0.2.0/24,DE\n192.0.2.128/25,FR\n"))).Message, StringComparison.Ordinal);
}
