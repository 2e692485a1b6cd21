using System.Runtime.CompilerServices;

namespace Godwit.Redis.Subscriptions;

/// <summary>One reader of one channel or pattern. Whoever reads too slowly is told so by <see cref="RedisNotice.Resumed"/> in place of what did not fit.</summary>
public sealed class RedisSubscription : IAsyncDisposable
{
    /// <summary>Notices that wait to be read.</summary>
    public const int MostWaiting = 1024;

    /// <summary>Bytes of their messages together. A single message may be larger: it waits alone.</summary>
    public const int MostWaitingBytes = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<RedisNotice> _notices = new();
    private readonly RedisSubscriber _owner;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;
    private bool _closed;

    internal RedisSubscription(RedisSubscriber owner, Topic topic) => (_owner, Topic) = (owner, topic);

    /// <summary>The channel or pattern.</summary>
    public string Name => Topic.Name;

    internal Topic Topic { get; }

    internal Task Begun => _begun.Task;

    /// <summary>Every notice, until the subscription is closed. For one reader.</summary>
    public async IAsyncEnumerable<RedisNotice> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            RedisNotice? notice;
            Task arrived;
            lock (_gate)
            {
                if (!_notices.TryDequeue(out notice) && _closed)
                    yield break;
                _bytes -= Bytes(notice);
                if (notice is null && _arrived.Task.IsCompleted)
                    _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
                arrived = _arrived.Task;
            }
            if (notice is not null)
                yield return notice;
            else
                await arrived.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _owner.RemoveAsync(this);
        Close();
    }

    internal void Add(RedisNotice notice)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            if (_notices.Count >= MostWaiting || (_notices.Count > 0 && _bytes + Bytes(notice) > MostWaitingBytes))
            {
                // All of them are behind the gap: who empties a cache needs none of them.
                _notices.Clear();
                _bytes = 0;
                if (notice is RedisNotice.Message)
                    _notices.Enqueue(new RedisNotice.Resumed());
            }
            _notices.Enqueue(notice);
            _bytes += Bytes(notice);
            _arrived.TrySetResult();
        }
        if (notice is RedisNotice.Resumed)
            _begun.TrySetResult();
    }

    /// <returns>False when it has begun already.</returns>
    internal bool Refuse(Exception fault) => _begun.TrySetException(fault) || _begun.Task.IsFaulted;

    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _arrived.TrySetResult();
        }
        _begun.TrySetException(new ObjectDisposedException(nameof(RedisSubscriber)));
        // Nobody has to wait for it.
        _ = _begun.Task.Exception;
    }

    private static int Bytes(RedisNotice? notice) => notice is RedisNotice.Message message ? message.Payload.Length : 0;
}
