using FsCheck;
using FsCheck.Fluent;
using Godwit.Redis.Commands;
using Godwit.Redis.Connections;
using Godwit.Redis.Faults;
using Godwit.Redis.Protocol;

namespace Godwit.Redis.Tests.Connections;

public sealed class RedisConnectionTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);

    [Fact]
    public void An_answer_that_comes_late_is_never_given_to_another() =>
        Prop.ForAll(Gen.Choose(0, 9).ArrayOf().ToArbitrary(), actions =>
        {
            LateAsync(actions).GetAwaiter().GetResult();
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithQuietOnSuccess(true));

    [Fact]
    public async Task A_command_that_is_not_answered_times_out_and_the_connection_goes_on()
    {
        await using var pair = await Pair.StartAsync();
        var first = pair.Send("ECHO", "first");
        pair.Time.Move(s_timeout + s_look);
        var fault = await Assert.ThrowsAsync<RedisTimeoutException>(() => first);
        Assert.False(fault.SafeToRetry);
        var second = pair.Send("ECHO", "second");
        await pair.EchoAsync(2);
        Assert.Equal("second", (await second).AsText());
    }

    [Fact]
    public async Task A_server_that_says_nothing_for_too_long_is_given_up()
    {
        await using var pair = await Pair.StartAsync();
        var asked = pair.Send("GET", "a");
        pair.Time.Move(s_timeout + TimeSpan.FromMilliseconds(900));
        Assert.False(pair.Connection.Closed.IsCompleted);
        pair.Time.Move(TimeSpan.FromMilliseconds(200));
        Assert.Equal("the server has not answered for too long", (await pair.Connection.Closed).Reason);
        await Assert.ThrowsAsync<RedisTimeoutException>(() => asked);
    }

    [Fact]
    public async Task A_pause_of_this_process_is_not_taken_for_the_servers_silence()
    {
        await using var pair = await Pair.StartAsync();
        var asked = pair.Send("ECHO", "first");
        // The answer may lie unread in the socket: nobody has had the time to look.
        pair.Time.Jump(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<RedisTimeoutException>(() => asked);
        Assert.False(pair.Connection.Closed.IsCompleted);
        var next = pair.Send("ECHO", "next");
        await pair.EchoAsync(2);
        Assert.Equal("next", (await next).AsText());
    }

    [Fact]
    public async Task Silence_after_a_connection_was_made_is_a_failure_each_time_however_long_it_lasted()
    {
        var time = new ManualTime();
        var failures = new FailureCount(time);
        for (var i = 1; i <= 3; i++)
        {
            await using var pair = await Pair.StartAsync(time: time);
            failures.Connected();
            var asked = pair.Send("GET", "a");
            time.Move(TimeSpan.FromSeconds(5));
            await Assert.ThrowsAsync<RedisTimeoutException>(() => asked);
            Assert.True((await pair.Connection.Closed).Stalled);
            failures.Ended(pair.Connection);
            Assert.Equal(i, failures.Count);
        }
        await using var held = await Pair.StartAsync(time: time);
        failures.Connected();
        time.Move(TimeSpan.FromSeconds(5));
        held.Server.Close();
        await held.Connection.Closed;
        failures.Ended(held.Connection);
        Assert.Equal(0, failures.Count);
    }

    [Fact]
    public async Task What_waits_is_bounded_by_its_bytes_too()
    {
        await using var pair = await Pair.StartAsync(new ConnectionLimits { MostInFlight = 1, MostWaitingBytes = 300 });
        var flies = pair.Send("ECHO", "first");
        var waits = pair.Send("ECHO", new string('x', 200));
        var late = pair.Send("ECHO", new string('y', 200));
        await Assert.ThrowsAsync<RedisUnavailableException>(() => late);
        await pair.EchoAsync(2);
        Assert.Equal("first", (await flies).AsText());
        // What has left makes room.
        Assert.Equal(200, (await waits).AsText()!.Length);
        var again = pair.Send("ECHO", new string('z', 200));
        await pair.EchoAsync(1);
        Assert.Equal(200, (await again).AsText()!.Length);
    }

    [Theory]
    [InlineData("?\r\n")]
    [InlineData("+OK\r\n+OK\r\n")]
    [InlineData("$3\r\nabcde")]
    public async Task Bytes_that_are_no_answer_end_the_connection_and_everything_on_it(string bytes)
    {
        await using var pair = await Pair.StartAsync();
        var asked = pair.Send("GET", "a");
        await pair.Server.AskedAsync();
        await pair.Server.SayAsync(bytes);
        var ending = await pair.Connection.Closed;
        Assert.IsType<RespException>(ending.Fault);
        Assert.False(pair.Connection.TrySend(pair.Pending("GET", "b")));
        Assert.True(asked.IsCompletedSuccessfully || ending.Left.Count == 1);
    }

    [Fact]
    public async Task A_push_is_nobodys_answer()
    {
        await using var pair = await Pair.StartAsync();
        var asked = pair.Send("GET", "a");
        await pair.Server.AskedAsync();
        await pair.Server.SayAsync(">2\r\n+invalidate\r\n+a\r\n$1\r\nv\r\n>1\r\n+x\r\n");
        Assert.Equal("v", (await asked).AsText());
        Assert.Equal(["Push[text(invalidate),text(a)]"], pair.Pushed.Take(1).Select(Protocol.RespBytes.Show));
    }

    [Fact]
    public async Task What_has_no_room_waits_in_order_what_does_not_come_through_in_time_was_never_sent()
    {
        await using var pair = await Pair.StartAsync(new ConnectionLimits { MostInFlight = 2, MostWaiting = 2 });
        var sent = Enumerable.Range(0, 5).Select(i => pair.Send("ECHO", $"{i}")).ToList();
        var refused = await Assert.ThrowsAsync<RedisUnavailableException>(() => sent[4]);
        Assert.True(refused.SafeToRetry);
        await pair.EchoAsync(1);
        Assert.Equal("0", (await sent[0]).AsText());
        pair.Time.Move(s_timeout + s_look);
        await Assert.ThrowsAsync<RedisTimeoutException>(() => sent[1]);
        await Assert.ThrowsAsync<RedisTimeoutException>(() => sent[2]);
        await Assert.ThrowsAsync<RedisUnavailableException>(() => sent[3]);
        await pair.EchoAsync(2);
        // The fourth never left: the next that arrives is another.
        var last = pair.Send("ECHO", "last");
        Assert.Equal("last", await pair.EchoAsync(1));
        Assert.Equal("last", (await last).AsText());
    }

    [Fact]
    public async Task A_command_whose_caller_has_gone_keeps_its_place()
    {
        await using var pair = await Pair.StartAsync();
        using var going = new CancellationTokenSource();
        var gone = pair.SendUntil("ECHO", "gone", going.Token);
        await going.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => gone);
        var stays = pair.Send("ECHO", "stays");
        await pair.EchoAsync(2);
        Assert.Equal("stays", (await stays).AsText());
    }

    [Fact]
    public async Task Commands_that_come_during_a_write_go_with_the_next_and_come_back_in_order()
    {
        await using var pair = await Pair.StartAsync();
        pair.Stream.Hold();
        var sent = Enumerable.Range(0, 1000).Select(i => pair.Send("ECHO", $"{i}")).ToList();
        pair.Stream.LetGo();
        await pair.EchoAsync(1000);
        // The one that was held, with whatever had come until then, and the rest.
        Assert.InRange(pair.Stream.Writes, 1, 2);
        for (var i = 0; i < sent.Count; i++)
            Assert.Equal($"{i}", (await sent[i]).AsText());
    }

    [Fact]
    public void Waiting_grows_to_a_bound_and_varies()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.Zero, backoff.Before(0));
        Assert.Equal([50, 100, 200, 400, 5000, 5000], ((int[])[1, 2, 3, 4, 8, 1000]).Select(f => backoff.Before(f, 1).TotalMilliseconds));
        Assert.Equal(25, backoff.Before(1, 0).TotalMilliseconds);
        Assert.True(Enumerable.Range(0, 50).Select(_ => backoff.Before(9)).Distinct().Count() > 10);
    }

    /// <summary>Below 5: send one; 5 and 6: half a timeout passes; above: the server answers what it was asked first.</summary>
    private static async Task LateAsync(int[] actions)
    {
        await using var pair = await Pair.StartAsync();
        var sent = new List<Task<RespValue>>();
        var answered = 0;
        foreach (var action in actions)
        {
            if (action < 5)
                sent.Add(pair.Send("ECHO", $"{sent.Count}"));
            else if (action < 7)
                pair.Time.Move(s_timeout / 2);
            else if (answered < sent.Count)
            {
                await pair.EchoAsync(1);
                var inTime = !sent[answered].IsFaulted;
                if (inTime)
                    Assert.Equal($"{answered}", (await sent[answered]).AsText());
                answered++;
            }
        }
        if (pair.Connection.Closed.IsCompleted)
            return;
        await pair.EchoAsync(sent.Count - answered);
        for (var i = 0; i < sent.Count; i++)
        {
            if (!sent[i].IsFaulted)
                Assert.Equal($"{i}", (await sent[i]).AsText());
            else
                await Assert.ThrowsAsync<RedisTimeoutException>(() => sent[i]);
        }
    }

    private sealed class Pair(ScriptedServer server, CountingStream stream, RedisConnection connection, ManualTime time, List<RespValue> pushed) : IAsyncDisposable
    {
        public CountingStream Stream => stream;

        public ScriptedServer Server => server;

        public RedisConnection Connection => connection;

        public ManualTime Time => time;

        public List<RespValue> Pushed => pushed;

        public static async Task<Pair> StartAsync(ConnectionLimits? limits = null, ManualTime? time = null)
        {
            var (server, inner) = await ScriptedServer.StartAsync();
            var stream = new CountingStream(inner);
            time ??= new ManualTime();
            var pushed = new List<RespValue>();
            var connection = new RedisConnection(stream, limits ?? ConnectionLimits.Default, RespLimits.Default, s_look, time, pushed.Add);
            connection.Start();
            return new Pair(server, stream, connection, time, pushed);
        }

        public PendingCommand Pending(string name, string argument) => new(RedisCommand.Of(name, argument), time.GetTimestamp() + s_timeout.Ticks);

        public Task<RespValue> Send(string name, string argument) => SendUntil(name, argument, CancellationToken.None);

        public Task<RespValue> SendUntil(string name, string argument, CancellationToken cancellationToken)
        {
            var pending = Pending(name, argument).CanceledBy(cancellationToken);
            Assert.True(connection.TrySend(pending));
            return pending.Task;
        }

        /// <summary>Gives the next commands their own argument for an answer; the last of these.</summary>
        public async Task<string?> EchoAsync(int count)
        {
            string? last = null;
            for (var i = 0; i < count; i++)
            {
                last = (await server.AskedAsync()).Items[1].AsText();
                await server.SayAsync($"${last!.Length}\r\n{last}\r\n");
            }
            return last;
        }

        public async ValueTask DisposeAsync()
        {
            await connection.DisposeAsync();
            await server.DisposeAsync();
        }
    }
}
