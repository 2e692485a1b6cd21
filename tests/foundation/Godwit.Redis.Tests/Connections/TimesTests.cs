using Godwit.Redis.Commands;
using Godwit.Redis.Faults;
using Godwit.TestServers;

namespace Godwit.Redis.Tests.Connections;

/// <summary>How long is waited: for an answer, for a connection, and for one that nobody makes any more.</summary>
public sealed class TimesTests
{
    [Fact]
    public async Task A_long_timeout_is_waited_for_and_the_connection_stays()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port) with { CommandTimeout = TimeSpan.FromMilliseconds(20) });
        await client.ReachAsync();
        foreach (var minutes in (int[])[20, 60 * 24])
            Assert.Equal("OK", (await client.AskAsync(Within(TimeSpan.FromMinutes(minutes), "DEBUG", "SLEEP", "0.1"))).AsText());
        Assert.Contains("total_connections_received:1\r\n", (await client.AskAsync(RedisCommand.Of("INFO", "stats"))).AsText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(90_000_000)]
    public void A_timeout_is_more_than_nothing_and_at_most_a_day(int milliseconds)
    {
        var time = TimeSpan.FromMilliseconds(milliseconds);
        Assert.Throws<ArgumentOutOfRangeException>(() => Within(time, "PING"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RedisClient(RedisServerFixture.Settings(1) with { CommandTimeout = time }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RedisClient(RedisServerFixture.Settings(1) with { ConnectTimeout = time }));
    }

    [Fact]
    public async Task A_commands_own_shorter_timeout_is_kept_on_a_connection_and_before_there_is_one()
    {
        await using var server = await RedisServer.StartAsync();
        var time = new ManualTime();
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port), time);
        await client.ReachAsync();
        server.Freeze();
        var asked = client.AskAsync(Within(TimeSpan.FromMilliseconds(50), "ECHO", "x"));
        time.Move(TimeSpan.FromMilliseconds(60));
        Assert.True(asked.IsFaulted);
        await Assert.ThrowsAsync<RedisTimeoutException>(() => asked);
        await using var other = new RedisClient(RedisServerFixture.Settings(server.Port), time);
        var held = other.AskAsync(Within(TimeSpan.FromMilliseconds(50), "ECHO", "x"));
        time.Move(TimeSpan.FromMilliseconds(60));
        await Assert.ThrowsAsync<RedisUnavailableException>(() => held);
        server.GoOn();
    }

    [Fact]
    public async Task Who_waits_for_a_connection_of_a_client_that_is_closed_is_told()
    {
        await using var server = await RedisServer.StartAsync();
        server.Freeze();
        var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        var reaching = client.ReachAsync();
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reaching.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ReachAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_was_cancelled_before_it_was_asked_is_not_sent()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        await client.ReachAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync(RedisCommand.Of("INCR", "n"), new CancellationToken(canceled: true)));
        Assert.Null((await client.AskAsync(RedisCommand.Reading("GET", "n"))).AsText());
    }

    [Fact]
    public async Task After_a_failover_that_leaves_the_connection_open_writes_go_to_the_new_primary()
    {
        await using var first = await RedisServer.StartAsync();
        await using var second = await RedisServer.StartAsync();
        var now = first.Port;
        await using var name = CuttingProxy.Before("127.0.0.1", () => now);
        var time = new ManualTime();
        await using var client = new RedisClient(RedisServerFixture.Settings(name.Port), time);
        await client.AskAsync(RedisCommand.Of("SET", "k", "1"));
        time.Move(TimeSpan.FromSeconds(2));
        now = second.Port;
        await client.AskAsync(RedisCommand.Of("REPLICAOF", "127.0.0.1", second.Port));
        var refused = await Assert.ThrowsAsync<RedisRefusedException>(() => client.AskAsync(RedisCommand.Of("SET", "k", "2")));
        Assert.Equal(("READONLY", true), (refused.Code, refused.SafeToRetry));
        await Patience.UntilAsync(async () =>
        {
            try
            {
                return (await client.AskAsync(RedisCommand.Of("SET", "k", "2"))).AsText() == "OK";
            }
            catch (RedisException)
            {
                time.Move(TimeSpan.FromSeconds(1));
                return false;
            }
        });
        await using var there = new RedisClient(RedisServerFixture.Settings(second.Port));
        Assert.Equal("2", (await there.AskAsync(RedisCommand.Reading("GET", "k"))).AsText());
    }

    private static RedisCommand Within(TimeSpan time, string name, params RedisArgument[] arguments) => RedisCommand.Of(name, arguments).Within(time);
}
