using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Identity.Risk;

namespace Godwit.Identity.Tests.Risk;

public sealed class NetworkListTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("192.0.2.0", true), InlineData("192.0.2.255", true), InlineData("192.0.1.255", false), InlineData("192.0.3.0", false), InlineData("::ffff:192.0.2.7", true), InlineData("198.51.100.7", true), InlineData("198.51.100.8", false),
        InlineData("2001:db8::1", true), InlineData("2001:db9::", false), InlineData("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", false), InlineData("2001:0:0:1::5", true), InlineData("255.255.255.255", true), InlineData("::1", false)]
    public void An_address_is_on_the_list_when_a_network_of_either_kind_has_it(string address, bool listed) =>
        Assert.Equal(listed, Read("# exits\n192.0.2.0/25\n\n192.0.2.128/25 ; the other half\n198.51.100.7\r\n2001:db8::/32\n2001:0:0:1::5\n255.255.255.255/32\n").Contains(IPAddress.Parse(address)));

    [Fact]
    public void A_list_says_what_going_through_all_its_networks_says() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
        Gen.Choose(0, 255).Zip(Gen.Choose(20, 32)).ListOf().ToArbitrary(), Gen.Choose(0, 65_535).ToArbitrary(), (networks, tail) =>
        {
            var all = networks.Select(n => new IPNetwork(new IPAddress([10, 0, (byte)(n.Item1 & (0xff << Math.Max(0, 24 - n.Item2))), 0]), n.Item2)).ToList();
            var address = new IPAddress([10, 0, (byte)(tail >> 8), (byte)tail]);
            return Read(string.Join('\n', all)).Contains(address) == all.Any(n => n.Contains(address));
        }));

    [Theory]
    [InlineData("0.0.0.0/0", "1.2.3.4", true), InlineData("0.0.0.0/0", "2001:db8::1", false), InlineData("::/0", "1.2.3.4", true), InlineData("", "1.2.3.4", false)]
    public void The_greatest_and_the_least_list_hold(string line, string address, bool listed) => Assert.Equal(listed, Read(line).Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("192.0.2.1/24"), InlineData("192.0.2.0/33"), InlineData("10.1"), InlineData("010.0.0.1"), InlineData("tor.example"), InlineData("fe80::1%eth0"), InlineData("1.2.3.4/"), InlineData("1.2.3.4 5.6.7.8")]
    public void A_line_that_is_something_else_is_named(string line) => Assert.Contains("line 2", Assert.Throws<NetworkListException>(() => Read($"192.0.2.0/24\n{line}")).Message, StringComparison.Ordinal);

    [Fact]
    public void Whatever_stands_in_a_file_is_a_list_or_refused_with_the_line() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(
        Gen.Elements("1", "255", "256", ".", ":", "::", "/", "24", "-1", "%", "[", "]", "#", "\n", " ", "ffff", "\0", "99999999999", "\u0661").ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            try
            {
                return Read(text).Count >= 0;
            }
            catch (NetworkListException e)
            {
                return e.Message.StartsWith("line ", StringComparison.Ordinal);
            }
        }));

    [Fact]
    public void A_file_is_read_again_when_it_changed_and_the_list_before_holds_while_it_cannot_be()
    {
        var time = new SteppedTime();
        File.WriteAllText(_path, "192.0.2.1\n");
        var file = new NetworkListFile("tor", _path, time);
        Assert.Equal((true, false), Looks());
        File.WriteAllText(_path, "192.0.2.1\n192.0.2.2\n");
        Assert.Equal((true, false), Looks());
        time.Now += NetworkListFile.Interval;
        Assert.Equal((true, true), Looks());
        File.WriteAllText(_path, "nonsense\n");
        time.Now += NetworkListFile.Interval;
        Assert.Equal((true, true), Looks());
        Assert.Contains("line 1", file.Fault, StringComparison.Ordinal);
        File.Delete(_path);
        time.Now += NetworkListFile.Interval;
        Assert.Equal((true, true), Looks());
        File.WriteAllText(_path, "192.0.2.2\n");
        time.Now += NetworkListFile.Interval;
        Assert.Equal((false, true), Looks());
        Assert.Null(file.Fault);
        Assert.Throws<NetworkListException>(() => new NetworkListFile("tor", _path + ".none", time));

        (bool, bool) Looks() => (file.Contains(IPAddress.Parse("192.0.2.1")), file.Contains(IPAddress.Parse("192.0.2.2")));
    }

    private static NetworkList Read(string text) => NetworkList.Read(new StringReader(text));

    private sealed class SteppedTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
