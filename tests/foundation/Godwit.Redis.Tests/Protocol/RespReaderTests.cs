using FsCheck;
using FsCheck.Fluent;
using Godwit.Redis.Protocol;

namespace Godwit.Redis.Tests.Protocol;

public sealed class RespReaderTests
{
    [Theory]
    [InlineData("+OK\r\n", "text(OK)")]
    [InlineData("+\r\n", "text()")]
    [InlineData("-WRONGTYPE Operation against\r\n", "error(WRONGTYPE|WRONGTYPE Operation against)")]
    [InlineData("!21\r\nSYNTAX invalid syntax\r\n", "error(SYNTAX|SYNTAX invalid syntax)")]
    [InlineData(":-9223372036854775808\r\n", "integer(-9223372036854775808)")]
    [InlineData(":+7\r\n", "integer(7)")]
    [InlineData("$5\r\na\r\nb\0\r\n", "bulk(610D0A6200)")]
    [InlineData("$0\r\n\r\n", "bulk()")]
    [InlineData("_\r\n", "null")]
    [InlineData("$-1\r\n", "null")]
    [InlineData("*-1\r\n", "null")]
    [InlineData("#t\r\n", "truth(True)")]
    [InlineData(",10\r\n", "number(10)")]
    [InlineData(",-inf\r\n", "number(-Infinity)")]
    [InlineData(",nan\r\n", "number(NaN)")]
    [InlineData(",4.2E-2\r\n", "number(0.042)")]
    [InlineData("(12345678901234567890123\r\n", "big(12345678901234567890123)")]
    [InlineData("=7\r\ntxt:abc\r\n", "txt(616263)")]
    [InlineData("*2\r\n:1\r\n*0\r\n", "Array[integer(1),Array[]]")]
    [InlineData("~1\r\n+a\r\n", "Set[text(a)]")]
    [InlineData("%1\r\n+a\r\n:1\r\n", "map[text(a)=integer(1)]")]
    [InlineData(">2\r\n+message\r\n+a\r\n", "Push[text(message),text(a)]")]
    [InlineData("|1\r\n+ttl\r\n:3600\r\n:5\r\n", "integer(5)")]
    [InlineData("*2\r\n|1\r\n+ttl\r\n:3600\r\n:5\r\n|0\r\n:6\r\n", "Array[integer(5),integer(6)]")]
    public void A_value_is_read(string bytes, string shown)
    {
        var value = Assert.Single(RespBytes.ReadAll([RespBytes.Of(bytes)]));
        Assert.Equal(shown, RespBytes.Show(value));
    }

    [Fact]
    public void Every_split_of_the_bytes_gives_the_same_values() =>
        Prop.ForAll(RespBytes.Answers, bytes =>
        {
            var whole = RespBytes.ReadAll([bytes]).Select(RespBytes.Show).ToList();
            for (var at = 1; at < bytes.Length; at++)
                Assert.Equal(whole, RespBytes.ReadAll([bytes[..at], bytes[at..]]).Select(RespBytes.Show));
            Assert.Equal(whole, RespBytes.ReadAll(bytes.Select(b => new[] { b })).Select(RespBytes.Show));
            return true;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("\r\n")]
    [InlineData("OK\r\n")]
    [InlineData("+OK\n")]
    [InlineData("+O\rK\r\n")]
    [InlineData(":\r\n")]
    [InlineData(":-\r\n")]
    [InlineData(":1.5\r\n")]
    [InlineData(": 1\r\n")]
    [InlineData(":9223372036854775808\r\n")]
    [InlineData("$\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$+1\r\n")]
    [InlineData("$1x\r\n")]
    [InlineData("$99999999999\r\n")]
    [InlineData("$2147483648\r\n")]
    [InlineData("$?\r\n")]
    [InlineData("*?\r\n")]
    [InlineData("$1\r\nab\r\n")]
    [InlineData("$1\r\na\rx")]
    [InlineData("_x\r\n")]
    [InlineData("#x\r\n")]
    [InlineData("#\r\n")]
    [InlineData(",\r\n")]
    [InlineData(",1e\r\n")]
    [InlineData(",0x10\r\n")]
    [InlineData(",1,5\r\n")]
    [InlineData("(\r\n")]
    [InlineData("(12a\r\n")]
    [InlineData("=3\r\ntxt\r\n")]
    [InlineData("=4\r\ntxt;\r\n")]
    [InlineData(">0\r\n")]
    [InlineData("*1\r\n>1\r\n+a\r\n")]
    [InlineData("*1000001\r\n")]
    [InlineData("%1000001\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    public void Bytes_that_are_no_RESP3_are_a_fault_and_nothing_is_read_after_it(string bytes)
    {
        var reader = new RespReader(RespLimits.Default);
        var input = RespBytes.Of(bytes);
        Assert.Throws<RespException>(() =>
        {
            for (var at = 0; at < input.Length;)
                at += reader.Read(input.AsSpan(at), out _);
        });
        Assert.Throws<RespException>(() => reader.Read("+OK\r\n"u8, out _));
    }

    [Fact]
    public void Hostile_bytes_end_in_values_or_in_that_fault_and_in_nothing_else()
    {
        var parts = Gen.Elements("*", "$", "%", "|", ">", "~", "=", "!", "+", ":", ",", "(", "#", "_", "1", "2", "9", "-", "\r\n", "\r", "\n", "a", "t", "\0", "ÿ", "$3\r\nabc\r\n", "*2\r\n", "txt:").ArrayOf().ToArbitrary();
        Prop.ForAll(parts, some =>
        {
            try
            {
                RespBytes.ReadAll([RespBytes.Of(string.Concat(some))]);
            }
            catch (RespException)
            {
                return true;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000).WithQuietOnSuccess(true));
    }

    [Fact]
    public void Limits_hold()
    {
        var limits = new RespLimits { LongestLine = 64, LongestBulk = 100, LargestAnswer = 250, MostValues = 10, Deepest = 3 };
        AssertRefused(limits, "+" + new string('a', 100) + "\r\n");
        // Also while the end of the line has not come.
        AssertRefused(limits, "+" + new string('a', 100));
        AssertRefused(limits, "$101\r\n");
        AssertRefused(limits, string.Concat("*3\r\n", Bulk(100), Bulk(100), Bulk(100)));
        AssertRefused(limits, "*11\r\n");
        AssertRefused(limits, "*9\r\n" + string.Concat(Enumerable.Repeat("*1\r\n:1\r\n", 9)));
        AssertRefused(limits, string.Concat(Enumerable.Repeat("|0\r\n", 11)));
        AssertRefused(limits, "*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n");
        Assert.Equal(4, RespBytes.ReadAll([RespBytes.Of(string.Concat("*1\r\n*1\r\n*1\r\n:1\r\n", Bulk(100), Bulk(100), Bulk(100)))], limits).Count);
    }

    [Fact]
    public void What_is_only_announced_takes_no_memory()
    {
        var readers = Enumerable.Range(0, 64).Select(_ => new RespReader(RespLimits.Default)).ToList();
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var reader in readers)
        {
            reader.Read("*10\r\n$60000000\r\nab"u8, out var value);
            Assert.Null(value);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 70_000);
    }

    [Fact]
    public void A_value_shows_its_size_and_not_its_content() =>
        Assert.Equal("3 bytes", Assert.Single(RespBytes.ReadAll([RespBytes.Of("$3\r\nkey\r\n")])).ToString());

    private static string Bulk(int length) => $"${length}\r\n{new string('x', length)}\r\n";

    private static void AssertRefused(RespLimits limits, string bytes) => Assert.Throws<RespException>(() => RespBytes.ReadAll([RespBytes.Of(bytes)], limits));
}
