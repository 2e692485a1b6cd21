using System.Text;
using Godwit.Redis.Commands;

namespace Godwit.Redis.Tests.Commands;

public sealed class RedisCommandTests
{
    [Fact]
    public void A_command_is_an_array_of_bulk_strings_whose_lengths_are_bytes() =>
        Assert.Equal("*4\r\n$3\r\nSET\r\n$2\r\nü\r\n$2\r\n-7\r\n$3\r\na\r\n\r\n", Encoding.UTF8.GetString(RedisCommand.Of("SET", "ü", -7, "a\r\n"u8.ToArray()).Bytes));

    [Theory]
    [InlineData("SUBSCRIBE")]
    [InlineData("SELECT")]
    [InlineData("MULTI")]
    [InlineData("BLPOP")]
    [InlineData("CLIENT")]
    [InlineData("get")]
    [InlineData("GET a")]
    [InlineData("GET\r\nDEL")]
    [InlineData("")]
    public void What_a_shared_connection_cannot_carry_is_refused(string name) => Assert.Throws<ArgumentException>(() => RedisCommand.Of(name));

    [Theory]
    [InlineData("XREAD", "COUNT 1 BLOCK 0 STREAMS s 0")]
    [InlineData("XREADGROUP", "GROUP BLOCK STREAMS block 0 STREAMS s >")]
    [InlineData("SCRIPT", "debug SYNC")]
    public void An_option_that_keeps_all_others_waiting_is_refused_too(string name, string arguments) => Assert.Throws<ArgumentException>(() => RedisCommand.Of(name, Words(arguments)));

    [Theory]
    [InlineData("XREAD", "COUNT 1 STREAMS BLOCK 0")]
    [InlineData("XREADGROUP", "GROUP BLOCK BLOCK STREAMS s >")]
    [InlineData("SCRIPT", "LOAD DEBUG")]
    public void A_name_that_only_sounds_so_is_not(string name, string arguments) => Assert.Equal(name, RedisCommand.Of(name, Words(arguments)).Name);

    [Fact]
    public void Half_a_character_is_refused_because_two_keys_would_become_one() => Assert.ThrowsAny<ArgumentException>(() => RedisCommand.Of("GET", "a\ud800"));

    [Fact]
    public void A_command_too_large_is_refused() => Assert.Throws<ArgumentException>(() => RedisCommand.Of("SET", "k", new byte[RedisCommand.LargestCommand]));

    [Fact]
    public void A_command_shows_its_name_and_no_argument()
    {
        Assert.Equal("SET", RedisCommand.Of("SET", "key", "secret").ToString());
        Assert.Equal("6 bytes", ((RedisArgument)"secret").ToString());
    }

    private static RedisArgument[] Words(string text) => [.. text.Split(' ').Select(w => (RedisArgument)w)];
}
