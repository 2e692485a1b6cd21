using Godwit.Redis.Commands;
using Godwit.Redis.Connections;
using Godwit.Redis.Faults;
using Godwit.Redis.Protocol;
using Godwit.Redis.Settings;

namespace Godwit.Redis.Subscriptions;

/// <summary>
/// Channels and patterns over one connection of their own: a slow reader, whom Redis disconnects, takes no command with it. Redis keeps no message for anybody who is away, so that every break is told
/// (<see cref="RedisNotice.Lost"/>, <see cref="RedisNotice.Resumed"/>), and a connection that has gone silent is found by asking.
/// </summary>
public sealed class RedisSubscriber : IAsyncDisposable
{
    /// <summary>Topics of one SUBSCRIBE.</summary>
    private const int AtOnce = 100;

    /// <summary>Bytes of a channel's or a pattern's name: so many topics at once are still one command.</summary>
    private const int LongestTopic = 64 * 1024;

    private readonly RedisSettings _settings;
    private readonly TimeProvider _time;
    private readonly RedisConnector _connector;
    private readonly TopicTable _topics = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _keeping;

    public RedisSubscriber(RedisSettings settings, TimeProvider? time = null)
    {
        RedisMeter.Register();
        settings.Check();
        (_settings, _time) = (settings, time ?? TimeProvider.System);
        _connector = new RedisConnector(settings, _time);
    }

    /// <summary>Subscribes to a channel; afterwards everything that is published arrives.</summary>
    /// <exception cref="ArgumentException">The name is longer than 65,536 bytes, or holds half a character.</exception>
    /// <exception cref="RedisException">The server cannot be reached, or refuses.</exception>
    /// <exception cref="ObjectDisposedException">The subscriber was closed.</exception>
    public Task<RedisSubscription> SubscribeAsync(string channel, CancellationToken cancellationToken = default) => AddAsync(new Topic(channel, IsPattern: false), cancellationToken);

    /// <summary>Subscribes to all channels whose names match a pattern of Redis: <c>invalidate:*</c>.</summary>
    /// <exception cref="ArgumentException">The pattern is longer than 65,536 bytes, or holds half a character.</exception>
    /// <exception cref="RedisException">The server cannot be reached, or refuses.</exception>
    public Task<RedisSubscription> SubscribePatternAsync(string pattern, CancellationToken cancellationToken = default) => AddAsync(new Topic(pattern, IsPattern: true), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task? keeping;
        lock (_gate)
            keeping = _keeping;
        if (keeping is not null)
            await keeping;
        _topics.CloseAll();
    }

    internal Task RemoveAsync(RedisSubscription subscription)
    {
        _topics.Remove(subscription);
        Changed();
        return Task.CompletedTask;
    }

    private async Task<RedisSubscription> AddAsync(Topic topic, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        // Before it is anybody else's trouble: topics go to the server together.
        if (((RedisArgument)topic.Name).Length > LongestTopic)
            throw new ArgumentException($"the name of a channel or a pattern has at most {LongestTopic} bytes", nameof(topic));
        var subscription = new RedisSubscription(this, topic);
        _topics.Add(subscription);
        lock (_gate)
            _keeping ??= Task.Run(KeepAsync, CancellationToken.None);
        Changed();
        try
        {
            await subscription.Begun.WaitAsync(cancellationToken);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }

    private void Changed()
    {
        lock (_gate)
            _changed.TrySetResult();
    }

    private Task NextChange()
    {
        lock (_gate)
        {
            if (_changed.Task.IsCompleted)
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _changed.Task;
        }
    }

    private async Task KeepAsync()
    {
        var failures = new FailureCount(_time);
        while (!_stopping.IsCancellationRequested)
        {
            RedisConnection? made = null;
            try
            {
                await using var connection = made = await _connector.ConnectAsync(Pushed, _stopping.Token);
                failures.Connected();
                await ServeAsync(connection, _stopping.Token);
                failures.Ended(connection);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (RedisException fault)
            {
                failures.Failed(made, silent: fault is RedisTimeoutException);
                _topics.Fail(fault);
            }
            catch (Exception fault)
            {
                // Whatever it is, there are readers who are to be told of the gap and have messages again.
                failures.Failed(null, silent: false);
                _topics.Fail(new RedisConnectException($"the subscriptions' connection failed ({fault.GetType().Name})", fault));
            }
            _topics.Lost();
            await PauseAsync(_settings.Backoff.Before(failures.Count));
        }
    }

    private void Pushed(RespValue.Sequence push)
    {
        if (_topics.Pushed(push))
            Changed();
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _time, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>Until the connection ends: what is wanted is subscribed to, what is not is let go, and while nothing changes it is asked whether anybody is there.</summary>
    private async Task ServeAsync(RedisConnection connection, CancellationToken cancellationToken)
    {
        // Since the last answer, however often readers come and go: a change that needs no answer proves nothing.
        var answered = _time.GetTimestamp();
        while (!connection.Closed.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var change = NextChange();
            var (wanting, unwanted) = _topics.Changes();
            foreach (var group in wanting.GroupBy(t => t.IsPattern))
            {
                foreach (var some in group.Chunk(AtOnce))
                    await SubscribeAsync(connection, some, group.Key, cancellationToken);
            }
            foreach (var group in unwanted.GroupBy(t => t.IsPattern))
            {
                foreach (var some in group.Chunk(AtOnce))
                    await SayAsync(connection, group.Key ? "PUNSUBSCRIBE" : "UNSUBSCRIBE", some, cancellationToken);
            }
            if (wanting.Count + unwanted.Count > 0)
                answered = _time.GetTimestamp();
            var left = _settings.KeepAlive - _time.GetElapsedTime(answered);
            if (left <= TimeSpan.Zero)
            {
                // A refusal (LOADING, NOPERM) is an answer as good as any: somebody is there.
                await AskAsync(connection, new PendingCommand(RedisCommand.Encode("PING"), Deadline()) { TakesRefusal = true }, cancellationToken);
                answered = _time.GetTimestamp();
                continue;
            }
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(change, Task.Delay(left, _time, waiting.Token), connection.Closed);
            await waiting.CancelAsync();
        }
    }

    private async Task SubscribeAsync(RedisConnection connection, Topic[] topics, bool patterns, CancellationToken cancellationToken)
    {
        var name = patterns ? "PSUBSCRIBE" : "SUBSCRIBE";
        if (await SayAsync(connection, name, topics, cancellationToken) is not { } fault)
            return;
        if (topics.Length > 1)
        {
            // One that is not allowed has all of them refused.
            foreach (var topic in topics)
                await SubscribeAsync(connection, [topic], patterns, cancellationToken);
            return;
        }
        _topics.Refuse(topics[0], fault);
    }

    /// <summary>SUBSCRIBE is answered out of band when it succeeds and by an error when not; the answer to the PING behind it, a refusal too, is the end of either.</summary>
    private async Task<RedisRefusedException?> SayAsync(RedisConnection connection, string name, Topic[] topics, CancellationToken cancellationToken)
    {
        var command = RedisCommand.Encode(name, [.. topics.Select(t => (RedisArgument)t.Name)]).FollowedBy(RedisCommand.Encode("PING"));
        var pending = new PendingCommand(command, Deadline()) { EndsSubscribe = true, TakesRefusal = true };
        await AskAsync(connection, pending, cancellationToken);
        return pending.RefusedBefore is { } error ? new RedisRefusedException(name, error.Code, error.Message) : null;
    }

    private async Task AskAsync(RedisConnection connection, PendingCommand pending, CancellationToken cancellationToken)
    {
        pending.CanceledBy(cancellationToken);
        if (!connection.TrySend(pending))
            pending.Fail("the connection was closed");
        if (await Task.WhenAny(pending.Task, connection.Closed) != pending.Task)
            pending.Fail((await connection.Closed).Reason, (await connection.Closed).Fault);
        await pending.Task;
    }

    private long Deadline() => _time.After(_settings.ConnectTimeout);
}
