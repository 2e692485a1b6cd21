using Godwit.Redis.Commands;
using Godwit.Redis.Faults;
using Godwit.Redis.Settings;
using Godwit.TestServers;

namespace Godwit.Redis.Tests.Connections;

/// <summary>A real server that is killed, frozen, cut off and slow.</summary>
public sealed class DisturbedTests
{
    [Fact]
    public async Task After_kill_9_commands_fail_soon_and_go_on_once_the_server_is_back()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        await client.AskAsync(RedisCommand.Of("SET", "k", "v"));
        await server.KillAsync();
        await Patience.UntilAsync(() => Task.FromResult(!client.IsConnected));
        await Assert.ThrowsAnyAsync<RedisException>(() => client.AskAsync(RedisCommand.Of("SET", "k", "v")));
        await server.StartAgainAsync();
        await Patience.UntilAsync(async () => await AnswersAsync(client));
        // Redis is never the only copy: what was there is gone, and the client does not hide it.
        Assert.Null((await client.AskAsync(RedisCommand.Reading("GET", "k"))).AsText());
    }

    [Fact]
    public async Task What_is_in_flight_at_kill_9_has_an_unknown_outcome_and_is_not_sent_again()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = CuttingProxy.Before("127.0.0.1", server.Port);
        await using var client = new RedisClient(RedisServerFixture.Settings(proxy.Port));
        await client.ReachAsync();
        server.Freeze();
        var before = proxy.PassedBytes;
        var counting = client.AskAsync(RedisCommand.Of("INCR", "n"));
        await Patience.UntilAsync(() => Task.FromResult(proxy.PassedBytes > before));
        await server.KillAsync();
        var fault = await Assert.ThrowsAsync<RedisUnknownOutcomeException>(() => counting);
        Assert.False(fault.SafeToRetry);
        await server.StartAgainAsync();
        await Patience.UntilAsync(async () => await AnswersAsync(client));
        Assert.Null((await client.AskAsync(RedisCommand.Reading("GET", "n"))).AsText());
    }

    [Fact]
    public async Task A_command_that_may_be_done_twice_is_sent_again_on_the_next_connection_and_another_is_not()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = CuttingProxy.Before("127.0.0.1", server.Port);
        var time = new ManualTime();
        await using var client = new RedisClient(RedisServerFixture.Settings(proxy.Port), time);
        await client.AskAsync(RedisCommand.Of("SET", "k", "v"));
        // A connection that has held is made again at once.
        time.Move(TimeSpan.FromSeconds(2));
        server.Freeze();
        var before = proxy.PassedBytes;
        var counting = RedisCommand.Of("INCR", "n");
        var reading = RedisCommand.Reading("GET", "k");
        var counted = client.AskAsync(counting);
        var read = client.AskAsync(reading);
        await Patience.UntilAsync(() => Task.FromResult(proxy.PassedBytes >= before + counting.Bytes.Length + reading.Bytes.Length));
        proxy.Cut();
        server.GoOn();
        Assert.Equal("v", (await read).AsText());
        await Assert.ThrowsAsync<RedisUnknownOutcomeException>(() => counted);
        // Carried out or not: not twice.
        Assert.Contains((await client.AskAsync(RedisCommand.Reading("GET", "n"))).AsText(), (string?[])[null, "1"]);
    }

    [Fact]
    public async Task A_frozen_server_costs_the_timeout_then_the_connection_and_late_answers_go_to_nobody()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = new RedisClient(new RedisSettings { Host = "127.0.0.1", Port = server.Port, ConnectTimeout = TimeSpan.FromSeconds(5) });
        await PatientlyAsync(client, RedisCommand.Of("SET", "k", "v"));
        server.Freeze();
        var asked = client.AskAsync(RedisCommand.Reading("GET", "k"));
        await Assert.ThrowsAnyAsync<RedisException>(() => asked);
        server.GoOn();
        for (var i = 0; i < 200; i++)
            await EchoesOrFailsAsync(client, $"{i}");
        server.Freeze();
        await Patience.UntilAsync(async () =>
        {
            await EchoesOrFailsAsync(client, "x");
            return !client.IsConnected;
        });
        server.GoOn();
        await Patience.UntilAsync(async () => await AnswersAsync(client));
    }

    [Fact]
    public async Task A_server_busy_with_one_command_makes_the_others_time_out_and_no_answer_is_mixed_up()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = new RedisClient(new RedisSettings { Host = "127.0.0.1", Port = server.Port, ConnectTimeout = TimeSpan.FromSeconds(5) });
        await Patience.UntilAsync(async () => await AnswersAsync(client));
        var sleeping = client.AskAsync(RedisCommand.Of("DEBUG", "SLEEP", "0.2"));
        var late = client.AskAsync(RedisCommand.Reading("ECHO", "late"));
        await Assert.ThrowsAsync<RedisTimeoutException>(() => sleeping);
        await Assert.ThrowsAsync<RedisTimeoutException>(() => late);
        for (var i = 0; i < 300; i++)
            await EchoesOrFailsAsync(client, $"{i}");
        await Patience.UntilAsync(async () => await AnswersAsync(client));
        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task A_network_that_drips_and_cuts_gives_everyone_their_own_answer_or_a_fault()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = CuttingProxy.Before("127.0.0.1", server.Port);
        await using var client = new RedisClient(RedisServerFixture.Settings(proxy.Port) with { Backoff = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5)) });
        proxy.PieceBytes = 7;
        var (own, failed) = (0, 0);
        for (var round = 0; round < 20; round++)
        {
            await Patience.UntilAsync(async () => await AnswersAsync(client));
            if (round % 2 == 1)
                proxy.CutAfter(200);
            var asked = Enumerable.Range(0, 40).Select(i => (Text: $"{round}-{i}-{new string('x', i)}", Answer: client.AskAsync(RedisCommand.Of("ECHO", $"{round}-{i}-{new string('x', i)}")))).ToList();
            foreach (var (text, answer) in asked)
            {
                try
                {
                    Assert.Equal(text, (await answer).AsText());
                    own++;
                }
                catch (RedisException)
                {
                    failed++;
                }
            }
        }
        Assert.True(own > 200, $"{own} answers");
        Assert.True(failed > 0);
    }

    [Fact]
    public async Task Without_a_server_the_first_command_waits_for_one_try_and_the_next_fail_at_once()
    {
        await using var server = await RedisServer.StartAsync();
        await server.KillAsync();
        await using var client = new RedisClient(RedisServerFixture.Settings(server.Port) with { Backoff = new(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)) });
        await Assert.ThrowsAsync<RedisConnectException>(() => client.ReachAsync());
        await Patience.UntilAsync(() => Task.FromResult(client.AskAsync(RedisCommand.Of("PING")) is { IsFaulted: true }));
        var fault = await Assert.ThrowsAsync<RedisUnavailableException>(() => client.AskAsync(RedisCommand.Of("PING")));
        Assert.True(fault.SafeToRetry);
    }

    [Fact]
    public async Task A_closed_client_fails_what_waits_and_takes_no_more()
    {
        await using var server = await RedisServer.StartAsync();
        var client = new RedisClient(RedisServerFixture.Settings(server.Port));
        await client.ReachAsync();
        server.Freeze();
        var waits = client.AskAsync(RedisCommand.Of("INCR", "n"));
        await client.DisposeAsync();
        await Assert.ThrowsAnyAsync<RedisException>(() => waits);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.AskAsync(RedisCommand.Of("PING")));
    }

    private static async Task<bool> AnswersAsync(RedisClient client)
    {
        try
        {
            return (await client.AskAsync(RedisCommand.Reading("PING"))).AsText() == "PONG";
        }
        catch (RedisException)
        {
            return false;
        }
    }

    private static Task PatientlyAsync(RedisClient client, RedisCommand command) => Patience.UntilAsync(async () =>
    {
        try
        {
            await client.AskAsync(command);
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    });

    private static async Task EchoesOrFailsAsync(RedisClient client, string text)
    {
        try
        {
            Assert.Equal(text, (await client.AskAsync(RedisCommand.Reading("ECHO", text))).AsText());
        }
        catch (RedisException)
        {
            return;
        }
    }
}
