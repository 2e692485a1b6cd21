using Godwit.Redis.Commands;
using Godwit.Redis.Faults;
using Godwit.Redis.Scripts;

namespace Godwit.Redis.Tests.Scripts;

public sealed class RedisScriptTests(RedisServerFixture fixture)
{
    private static readonly RedisScript s_add = RedisScript.Of("return redis.call('INCRBY', KEYS[1], ARGV[1])");

    [Fact]
    public async Task A_script_is_called_by_its_hash_sent_whole_where_it_is_not_known_and_carried_out_once()
    {
        await using var client = fixture.Client();
        var key = Guid.NewGuid().ToString("N");
        await client.AskAsync(RedisCommand.Of("SCRIPT", "FLUSH"));
        Assert.Equal(5, (await s_add.RunAsync(client, [key], [5], TestContext.Current.CancellationToken)).AsInteger());
        Assert.Equal(1, Assert.IsType<Redis.Protocol.RespValue.Sequence>(await client.AskAsync(RedisCommand.Of("SCRIPT", "EXISTS", s_add.Hash))).Items[0].AsInteger());
        Assert.Equal(7, (await s_add.RunAsync(client, [key], [2], TestContext.Current.CancellationToken)).AsInteger());
        await client.AskAsync(RedisCommand.Of("SCRIPT", "FLUSH"));
        Assert.Equal(8, (await s_add.RunAsync(client, [key], [1], TestContext.Current.CancellationToken)).AsInteger());
    }

    [Fact]
    public async Task What_a_script_reports_is_a_refusal()
    {
        await using var client = fixture.Client();
        var script = RedisScript.Of("return redis.error_reply('QUOTA none is left')");
        var refused = await Assert.ThrowsAsync<RedisRefusedException>(() => script.RunAsync(client, [], [], TestContext.Current.CancellationToken));
        Assert.Equal("QUOTA", refused.Code);
    }

    [Fact]
    public async Task Keys_of_several_slots_are_refused_before_anything_is_sent()
    {
        await using var client = fixture.Client();
        await Assert.ThrowsAsync<ArgumentException>(() => s_add.RunAsync(client, ["a", "b"], [1], TestContext.Current.CancellationToken));
    }
}
