using System.Security.Cryptography;
using Godwit.Redis.Clusters;
using Godwit.Redis.Commands;
using Godwit.Redis.Faults;
using Godwit.Redis.Protocol;
using Godwit.Redis.Tests.Protocol;
using Godwit.TestServers;

namespace Godwit.Redis.Tests;

/// <summary>What a real server answers.</summary>
public sealed class ConformanceTests(RedisServerFixture fixture)
{
    private readonly string _key = "{" + Guid.NewGuid().ToString("N") + "}";

    [Theory]
    [InlineData("string", "bulk(48656C6C6F20576F726C64)")]
    [InlineData("integer", "integer(12345)")]
    [InlineData("double", "number(3.141)")]
    [InlineData("null", "null")]
    [InlineData("array", "Array[integer(0),integer(1),integer(2)]")]
    [InlineData("set", "Set[integer(0),integer(1),integer(2)]")]
    [InlineData("map", "map[integer(0)=truth(False),integer(1)=truth(True),integer(2)=truth(False)]")]
    [InlineData("bignum", "big(1234567999999999999999999999999999999)")]
    [InlineData("true", "truth(True)")]
    [InlineData("false", "truth(False)")]
    [InlineData("verbatim", "txt(5468697320697320612076657262617469 6D0A737472696E67)")]
    [InlineData("attrib", "bulk(536F6D65207265616C207265706C7920666F6C6C6F77696E672074686520617474726962757465)")]
    public async Task Every_type_that_a_server_can_send_is_read(string type, string shown)
    {
        await using var client = fixture.Client();
        Assert.Equal(shown.Replace(" ", "", StringComparison.Ordinal), RespBytes.Show(await client.AskAsync(RedisCommand.Of("DEBUG", "PROTOCOL", type))));
    }

    [Fact]
    public async Task Values_of_any_bytes_and_any_size_come_back()
    {
        await using var client = fixture.Client();
        foreach (var length in (int[])[0, 1, 100, 65_535, 65_536, 65_537, 3_000_000])
        {
            var value = RandomNumberGenerator.GetBytes(length);
            Assert.Equal("OK", (await client.AskAsync(RedisCommand.Of("SET", _key, value))).AsText());
            Assert.Equal(value, (await client.AskAsync(RedisCommand.Reading("GET", _key))).AsBytes());
        }
    }

    [Fact]
    public async Task The_usual_commands_answer_in_RESP3()
    {
        await using var client = fixture.Client();
        Assert.Equal("null", await ShowAsync(client, "GET", _key + "none"));
        Assert.Equal("integer(2)", await ShowAsync(client, "HSET", _key + "h", "a", "1", "b", "2"));
        Assert.Equal("map[bulk(61)=bulk(31),bulk(62)=bulk(32)]", await ShowAsync(client, "HGETALL", _key + "h"));
        Assert.Equal("integer(1)", await ShowAsync(client, "SADD", _key + "s", "x"));
        Assert.Equal("Set[bulk(78)]", await ShowAsync(client, "SMEMBERS", _key + "s"));
        Assert.Equal("integer(1)", await ShowAsync(client, "ZADD", _key + "z", "1.5", "m"));
        Assert.Equal("number(1.5)", await ShowAsync(client, "ZSCORE", _key + "z", "m"));
        Assert.Equal("integer(1)", await ShowAsync(client, "INCR", _key + "i"));
        Assert.Equal("Array[bulk(31),null]", await ShowAsync(client, "MGET", _key + "i", _key + "none"));
    }

    [Fact]
    public async Task A_refusal_names_its_code_and_not_what_was_sent()
    {
        await using var client = fixture.Client();
        await client.AskAsync(RedisCommand.Of("SET", _key, "v"));
        var refused = await Assert.ThrowsAsync<RedisRefusedException>(() => client.AskAsync(RedisCommand.Of("LPUSH", _key, "hunter2")));
        Assert.Equal(("WRONGTYPE", "Redis refused LPUSH: WRONGTYPE", false), (refused.Code, refused.Message, refused.SafeToRetry));
        var unknown = await Assert.ThrowsAsync<RedisRefusedException>(() => client.AskAsync(RedisCommand.Of("NOSUCH", "hunter2")));
        Assert.DoesNotContain("hunter2", unknown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_callers_share_the_connection_and_everyone_has_their_own_answer()
    {
        // Of its own, so that nobody else is connected.
        await using var server = await RedisServer.StartAsync();
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                var some = await Task.WhenAll(Enumerable.Range(0, 5).Select(n => client.AskAsync(RedisCommand.Reading("ECHO", $"{caller}/{i}/{n}"))));
                Assert.Equal(Enumerable.Range(0, 5).Select(n => $"{caller}/{i}/{n}"), some.Select(s => s.AsText()));
            }
        })));
        Assert.Contains("connected_clients:1\r\n", (await client.AskAsync(RedisCommand.Of("INFO", "clients"))).AsText(), StringComparison.Ordinal);
        Assert.Contains("total_connections_received:1\r\n", (await client.AskAsync(RedisCommand.Of("INFO", "stats"))).AsText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_has_the_slot_that_the_server_computes()
    {
        await using var server = await RedisServer.StartAsync("cluster-enabled yes");
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        foreach (var key in (string[])["", "a", "{a}b", "a{b}c{d}", "{}a", "a{", "{{a}}", "ü{ö}"])
            Assert.Equal(HashSlot.Of(key), (await client.AskAsync(RedisCommand.Reading("CLUSTER", "KEYSLOT", key))).AsInteger());
    }

    [Fact]
    public async Task A_key_that_is_on_another_node_of_a_cluster_is_told_plainly()
    {
        await using var left = await RedisServer.StartAsync("cluster-enabled yes");
        await using var right = await RedisServer.StartAsync("cluster-enabled yes");
        await using var client = new RedisClient(RedisServerFixture.Settings(left.Port));
        await using var other = new RedisClient(RedisServerFixture.Settings(right.Port));
        await client.AskAsync(RedisCommand.Of("CLUSTER", "ADDSLOTSRANGE", 0, 8191));
        await other.AskAsync(RedisCommand.Of("CLUSTER", "ADDSLOTSRANGE", 8192, 16383));
        var unserved = await Assert.ThrowsAsync<RedisRefusedException>(() => client.AskAsync(RedisCommand.Of("SET", "foo", "v")));
        Assert.Equal(("CLUSTERDOWN", true), (unserved.Code, unserved.SafeToRetry));
        await client.AskAsync(RedisCommand.Of("CLUSTER", "MEET", "127.0.0.1", right.Port));
        await Patience.UntilAsync(async () => (await client.AskAsync(RedisCommand.Of("CLUSTER", "INFO"))).AsText()!.Contains("cluster_state:ok", StringComparison.Ordinal));
        var moved = await Assert.ThrowsAsync<RedisClusterException>(() => client.AskAsync(RedisCommand.Of("SET", "foo", "v")));
        Assert.Equal((HashSlot.Of("foo"), true), (moved.Slot, moved.SafeToRetry));
        await client.AskAsync(RedisCommand.Of("SET", "{user1000}", "v"));
    }

    private static async Task<string> ShowAsync(RedisClient client, string name, params RedisArgument[] arguments) => RespBytes.Show(await client.AskAsync(RedisCommand.Of(name, arguments)));
}
