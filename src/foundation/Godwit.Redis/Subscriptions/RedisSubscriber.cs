using Godwit.Redis.Commands;
using Godwit.Redis.Connections;
using Godwit.Redis.Faults;
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

    private static readonly TimeSpan s_held = TimeSpan.FromSeconds(1);

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
        (_settings, _time) = (settings, time ?? TimeProvider.System);
        _connector = new RedisConnector(settings, _time);
    }

    /// <summary>Subscribes to a channel; afterwards everything that is published arrives.</summary>
    /// <exception cref="RedisException">The server cannot be reached, or refuses.</exception>
    public Task<RedisSubscription> SubscribeAsync(string channel, CancellationToken cancellationToken = default) => AddAsync(new Topic(channel, IsPattern: false), cancellationToken);

    /// <summary>Subscribes to all channels whose names match a pattern of Redis: <c>invalidate:*</c>.</summary>
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
        var failures = 0;
        while (!_stopping.IsCancellationRequested)
        {
            var began = _time.GetTimestamp();
            try
            {
                await using var connection = await _connector.ConnectAsync(_topics.Pushed, _stopping.Token);
                await ServeAsync(connection, _stopping.Token);
                failures = _time.GetElapsedTime(began) >= s_held ? 0 : failures + 1;
            }
            catch (RedisException fault)
            {
                failures++;
                _topics.Refuse(_topics.Changes().Wanting, fault);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            _topics.Lost();
            await PauseAsync(_settings.Backoff.Before(failures));
        }
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
        var refused = new HashSet<Topic>();
        while (!connection.Closed.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var change = NextChange();
            var (wanting, unwanted) = _topics.Changes();
            refused.IntersectWith(wanting);
            foreach (var group in wanting.Except(refused).GroupBy(t => t.IsPattern))
            {
                foreach (var some in group.Chunk(AtOnce))
                    await SubscribeAsync(connection, some, group.Key, refused, cancellationToken);
            }
            foreach (var group in unwanted.GroupBy(t => t.IsPattern))
            {
                foreach (var some in group.Chunk(AtOnce))
                    await SayAsync(connection, group.Key ? "PUNSUBSCRIBE" : "UNSUBSCRIBE", some, cancellationToken);
            }
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var idle = Task.Delay(_settings.KeepAlive, _time, waiting.Token);
            var first = await Task.WhenAny(change, idle, connection.Closed);
            await waiting.CancelAsync();
            if (first == idle && !cancellationToken.IsCancellationRequested)
                await AskAsync(connection, new PendingCommand(RedisCommand.Encode("PING"), Deadline()), cancellationToken);
        }
    }

    private async Task SubscribeAsync(RedisConnection connection, Topic[] topics, bool patterns, HashSet<Topic> refused, CancellationToken cancellationToken)
    {
        var name = patterns ? "PSUBSCRIBE" : "SUBSCRIBE";
        if (await SayAsync(connection, name, topics, cancellationToken) is not { } fault)
            return;
        if (topics.Length > 1)
        {
            // One that is not allowed has all of them refused.
            foreach (var topic in topics)
                await SubscribeAsync(connection, [topic], patterns, refused, cancellationToken);
            return;
        }
        refused.Add(topics[0]);
        _topics.Refuse(topics, fault);
    }

    /// <summary>SUBSCRIBE is answered out of band when it succeeds and by an error when not; the answer to the PING behind it is the end of either.</summary>
    private async Task<RedisRefusedException?> SayAsync(RedisConnection connection, string name, Topic[] topics, CancellationToken cancellationToken)
    {
        var command = RedisCommand.Encode(name, [.. topics.Select(t => (RedisArgument)t.Name)]).FollowedBy(RedisCommand.Encode("PING"));
        var pending = new PendingCommand(command, Deadline()) { EndsSubscribe = true };
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

    private long Deadline() => _time.GetTimestamp() + (long)(_settings.ConnectTimeout.TotalSeconds * _time.TimestampFrequency);
}
