using System.Text;
using System.Text.RegularExpressions;
using Godwit.Redis.Commands;
using Godwit.Redis.Faults;
using Godwit.Redis.Settings;
using Godwit.Redis.Subscriptions;
using Godwit.TestServers;

namespace Godwit.Redis.Tests.Subscriptions;

public sealed class RedisSubscriberTests
{
    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task Messages_of_channels_and_patterns_arrive_in_order_after_the_notice_that_they_will()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        await using var subscriber = new RedisSubscriber(RedisServerFixture.Settings(server.Port));
        await using var channel = await subscriber.SubscribeAsync("cache:a", Limit);
        await using var same = await subscriber.SubscribeAsync("cache:a", Limit);
        await using var pattern = await subscriber.SubscribePatternAsync("cache:*", Limit);
        foreach (var (to, text) in ((string, string)[])[("cache:a", "1"), ("cache:b", "2"), ("other", "3"), ("cache:a", "4")])
            await client.AskAsync(RedisCommand.Of("PUBLISH", to, text));
        Assert.Equal(["resumed", "cache:a=1", "cache:a=4"], await TakeAsync(channel, 3));
        Assert.Equal(["resumed", "cache:a=1", "cache:a=4"], await TakeAsync(same, 3));
        Assert.Equal(["resumed", "cache:a=1", "cache:b=2", "cache:a=4"], await TakeAsync(pattern, 4));
    }

    [Fact]
    public async Task After_kill_9_the_gap_is_told_and_what_comes_after_it_arrives()
    {
        await using var server = await RedisServer.StartAsync();
        await using var subscriber = new RedisSubscriber(RedisServerFixture.Settings(server.Port));
        await using var subscription = await subscriber.SubscribeAsync("c", Limit);
        Assert.Equal(["resumed"], await TakeAsync(subscription, 1));
        await server.KillAsync();
        Assert.Equal(["lost"], await TakeAsync(subscription, 1));
        await server.StartAgainAsync();
        Assert.Equal(["resumed"], await TakeAsync(subscription, 1));
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        await client.AskAsync(RedisCommand.Of("PUBLISH", "c", "after"));
        Assert.Equal(["c=after"], await TakeAsync(subscription, 1));
    }

    [Fact]
    public async Task A_connection_that_has_gone_silent_is_found_out()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = CuttingProxy.Before("127.0.0.1", server.Port);
        await using var subscriber = new RedisSubscriber(RedisServerFixture.Settings(proxy.Port) with { KeepAlive = TimeSpan.FromMilliseconds(50), ConnectTimeout = TimeSpan.FromMilliseconds(500) });
        await using var subscription = await subscriber.SubscribeAsync("c", Limit);
        proxy.Silent = true;
        Assert.Equal(["resumed", "lost"], await TakeAsync(subscription, 2));
        proxy.Cut();
        proxy.Silent = false;
        Assert.Equal(["resumed"], await TakeAsync(subscription, 1));
    }

    [Fact]
    public async Task A_connection_that_has_gone_silent_is_found_out_while_readers_come_and_go()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = CuttingProxy.Before("127.0.0.1", server.Port);
        await using var subscriber = new RedisSubscriber(RedisServerFixture.Settings(proxy.Port) with { KeepAlive = TimeSpan.FromMilliseconds(500), ConnectTimeout = TimeSpan.FromMilliseconds(500) });
        await using var stays = await subscriber.SubscribeAsync("cache", Limit);
        proxy.Silent = true;
        var told = TakeAsync(stays, 2);
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!told.IsCompleted && !over.IsCancellationRequested)
        {
            // While the connection is being made again nobody gets in.
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            try
            {
                await using var passes = await subscriber.SubscribeAsync("cache", patience.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or RedisException)
            {
                continue;
            }
            await Task.Yield();
        }
        Assert.True(told.IsCompleted, "nobody noticed");
        Assert.Equal(["resumed", "lost"], await told);
    }

    [Fact]
    public async Task A_server_that_refuses_PING_is_there_all_the_same()
    {
        await using var server = await RedisServer.StartAsync("user default on nopass ~* &* +@all -ping");
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        await using var subscriber = new RedisSubscriber(RedisServerFixture.Settings(server.Port) with { KeepAlive = TimeSpan.FromMilliseconds(20), ConnectTimeout = TimeSpan.FromSeconds(2) });
        await using var subscription = await subscriber.SubscribeAsync("c", Limit);
        await Patience.UntilAsync(async () => Regex.IsMatch((await client.AskAsync(RedisCommand.Of("INFO", "commandstats"))).AsText()!, "cmdstat_ping:.*rejected_calls=([5-9]|[1-9][0-9])"));
        await client.AskAsync(RedisCommand.Of("PUBLISH", "c", "1"));
        Assert.Equal(["resumed", "c=1"], await TakeAsync(subscription, 2));
    }

    [Fact]
    public async Task Who_loses_the_right_to_a_channel_is_told_why_and_nobody_waits_for_it_in_vain()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        await using var subscriber = new RedisSubscriber(RedisServerFixture.Settings(server.Port));
        await using var reader = await subscriber.SubscribeAsync("c", Limit);
        // Redis ends the connections of those who may not read any more.
        await client.AskAsync(RedisCommand.Of("ACL", "SETUSER", "default", "resetchannels"));
        var notices = reader.ReadAllAsync(Limit).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        RedisNotice.Lost? why = null;
        while (why?.Refusal is null && await notices.MoveNextAsync())
            why = notices.Current as RedisNotice.Lost;
        Assert.Equal("NOPERM", why!.Refusal!.Code);
        for (var i = 0; i < 2; i++)
            Assert.Equal("NOPERM", (await Assert.ThrowsAsync<RedisRefusedException>(() => subscriber.SubscribeAsync("c", Limit))).Code);
        await client.AskAsync(RedisCommand.Of("ACL", "SETUSER", "default", "allchannels"));
        await using var again = await subscriber.SubscribeAsync("c", Limit);
        while (notices.Current is not RedisNotice.Resumed && await notices.MoveNextAsync())
            Assert.IsNotType<RedisNotice.Message>(notices.Current);
        Assert.IsType<RedisNotice.Resumed>(notices.Current);
        await notices.DisposeAsync();
    }

    [Fact]
    public async Task A_name_that_no_server_takes_is_its_callers_fault_alone()
    {
        await using var server = await RedisServer.StartAsync();
        await using var subscriber = new RedisSubscriber(RedisServerFixture.Settings(server.Port));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => subscriber.SubscribeAsync(new string('x', RedisCommand.LargestCommand), Limit));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => subscriber.SubscribePatternAsync("a\ud800", Limit));
        await using var longest = await subscriber.SubscribeAsync(new string('x', 64 * 1024), Limit);
        await using var other = await subscriber.SubscribeAsync("c", Limit);
    }

    [Fact]
    public async Task A_channel_that_the_user_may_not_read_is_refused_and_the_others_go_on()
    {
        await using var server = await RedisServer.StartAsync("user default on nopass ~* &app:* +@all");
        await using var subscriber = new RedisSubscriber(RedisServerFixture.Settings(server.Port));
        await using var allowed = await subscriber.SubscribeAsync("app:a", Limit);
        var refused = await Assert.ThrowsAsync<RedisRefusedException>(() => subscriber.SubscribeAsync("secret", Limit));
        Assert.Equal("NOPERM", refused.Code);
        await using var also = await subscriber.SubscribeAsync("app:b", Limit);
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        await client.AskAsync(RedisCommand.Of("PUBLISH", "app:a", "1"));
        Assert.Equal(["resumed", "app:a=1"], await TakeAsync(allowed, 2));
    }

    [Fact]
    public async Task Whoever_reads_too_slowly_is_told_of_a_gap_in_place_of_what_did_not_fit()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        await using var subscriber = new RedisSubscriber(RedisServerFixture.Settings(server.Port));
        await using var slow = await subscriber.SubscribeAsync("c", Limit);
        await using var last = await subscriber.SubscribeAsync("end", Limit);
        for (var i = 0; i < RedisSubscription.MostWaiting + 10; i++)
            await client.AskAsync(RedisCommand.Of("PUBLISH", "c", i));
        await client.AskAsync(RedisCommand.Of("PUBLISH", "end", "1"));
        await TakeAsync(last, 2);
        var read = await TakeAsync(slow, 2);
        Assert.Equal("resumed", read[0]);
        Assert.NotEqual("c=0", read[1]);
        Assert.Contains($"c={RedisSubscription.MostWaiting + 9}", await TakeAsync(slow, 10));
    }

    [Fact]
    public async Task Without_a_server_subscribing_fails()
    {
        await using var server = await RedisServer.StartAsync();
        await server.KillAsync();
        await using var subscriber = new RedisSubscriber(RedisServerFixture.Settings(server.Port));
        await Assert.ThrowsAsync<RedisConnectException>(() => subscriber.SubscribeAsync("c", Limit));
    }

    [Fact]
    public async Task A_closed_subscription_is_let_go_at_the_server()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        await using var subscriber = new RedisSubscriber(RedisServerFixture.Settings(server.Port));
        var subscription = await subscriber.SubscribeAsync("c", Limit);
        Assert.Equal(1, (await client.AskAsync(RedisCommand.Of("PUBLISH", "c", "x"))).AsInteger());
        await subscription.DisposeAsync();
        await Patience.UntilAsync(async () => (await client.AskAsync(RedisCommand.Of("PUBLISH", "c", "x"))).AsInteger() == 0);
        await TakeAsync(subscription, 2);
        await foreach (var notice in subscription.ReadAllAsync(Limit))
            Assert.Fail($"{notice} came after the end");
    }

    private static async Task<List<string>> TakeAsync(RedisSubscription subscription, int count)
    {
        var taken = new List<string>();
        await foreach (var notice in subscription.ReadAllAsync(Limit))
        {
            taken.Add(notice switch
            {
                RedisNotice.Message message => $"{message.Channel}={Encoding.UTF8.GetString(message.Payload.Span)}",
                RedisNotice.Lost => "lost",
                _ => "resumed",
            });
            if (taken.Count == count)
                break;
        }
        return taken;
    }
}
