using Godwit.Redis.Faults;
using Godwit.Redis.Protocol;

namespace Godwit.Redis.Subscriptions;

/// <summary>Who wants what, and what the server has confirmed on the connection that is. Its own lock; subscriptions are told under it, so that each is told in order.</summary>
internal sealed class TopicTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Topic, List<RedisSubscription>> _wanted = [];

    /// <summary>Confirmed, and not chosen to be let go: messages of these arrive.</summary>
    private readonly HashSet<Topic> _live = [];

    /// <summary>What the server refused on this connection, until somebody else wants it too.</summary>
    private readonly HashSet<Topic> _refused = [];

    private bool _closed;

    /// <exception cref="ObjectDisposedException">The subscriber was closed.</exception>
    public void Add(RedisSubscription subscription)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(RedisSubscriber));
            // Rights change: a new reader is reason to ask once more, and nobody waits for an answer that was given before.
            _refused.Remove(subscription.Topic);
            if (!_wanted.TryGetValue(subscription.Topic, out var readers))
                _wanted[subscription.Topic] = readers = [];
            readers.Add(subscription);
            if (_live.Contains(subscription.Topic))
                subscription.Add(new RedisNotice.Resumed());
        }
    }

    public void Remove(RedisSubscription subscription)
    {
        lock (_gate)
        {
            if (_wanted.TryGetValue(subscription.Topic, out var readers) && readers.Remove(subscription) && readers.Count == 0)
                _wanted.Remove(subscription.Topic);
        }
    }

    /// <summary>What to subscribe to, and what to let go. From here on the latter is not live: who wants it after this moment is told so only when it has been subscribed to again.</summary>
    public (List<Topic> Wanting, List<Topic> Unwanted) Changes()
    {
        lock (_gate)
        {
            List<Topic> unwanted = [.. _live.Where(t => !_wanted.ContainsKey(t))];
            _live.ExceptWith(unwanted);
            return ([.. _wanted.Keys.Where(t => !_live.Contains(t) && !_refused.Contains(t))], unwanted);
        }
    }

    /// <summary>The connection is gone, and with it everything that was confirmed.</summary>
    public void Lost()
    {
        lock (_gate)
        {
            foreach (var topic in _live)
                Tell(topic, new RedisNotice.Lost());
            _live.Clear();
            _refused.Clear();
        }
    }

    /// <summary>The server says no: who waits for this topic is told, and so is who has read it on an earlier connection.</summary>
    public void Refuse(Topic topic, RedisRefusedException fault)
    {
        lock (_gate)
        {
            _refused.Add(topic);
            foreach (var reader in _wanted.GetValueOrDefault(topic) ?? [])
            {
                if (!reader.Refuse(fault))
                    reader.Add(new RedisNotice.Lost { Refusal = fault });
            }
        }
    }

    /// <summary>There is no connection: who waits for a first one is told.</summary>
    public void Fail(Exception fault)
    {
        lock (_gate)
        {
            foreach (var reader in _wanted.Where(w => !_live.Contains(w.Key)).SelectMany(w => w.Value))
                reader.Refuse(fault);
        }
    }

    public void CloseAll()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var reader in _wanted.Values.SelectMany(r => r))
                reader.Close();
            _wanted.Clear();
        }
    }

    /// <summary>What came out of band. Whatever it is not known to be is left alone.</summary>
    /// <returns>What is wanted was let go: it is to be subscribed to again.</returns>
    public bool Pushed(RespValue.Sequence push)
    {
        lock (_gate)
        {
            switch (push.Items)
            {
                case [var kind, var channel, var payload] when kind.AsText() == "message":
                    Tell(new Topic(Name(channel), IsPattern: false), Message(channel, payload));
                    return false;
                case [var kind, var pattern, var channel, var payload] when kind.AsText() == "pmessage":
                    Tell(new Topic(Name(pattern), IsPattern: true), Message(channel, payload));
                    return false;
                case [var kind, var name, _] when kind.AsText() is "subscribe" or "psubscribe":
                    var begun = new Topic(Name(name), kind.AsText() == "psubscribe");
                    if (_live.Add(begun))
                        Tell(begun, new RedisNotice.Resumed());
                    return false;
                case [var kind, var name, _] when kind.AsText() is "unsubscribe" or "punsubscribe":
                    // Our own choice was taken out before it was sent: what is still here, the server let go.
                    var ended = new Topic(Name(name), kind.AsText() == "punsubscribe");
                    if (!_live.Contains(ended))
                        return false;
                    Tell(ended, new RedisNotice.Lost());
                    _live.Remove(ended);
                    return _wanted.ContainsKey(ended);
                default:
                    return false;
            }
        }
    }

    /// <summary>Nothing but what is live: a message before the notice that messages arrive would hide the gap between.</summary>
    private void Tell(Topic topic, RedisNotice notice)
    {
        if (!_live.Contains(topic))
            return;
        foreach (var reader in _wanted.GetValueOrDefault(topic) ?? [])
            reader.Add(notice);
    }

    private static string Name(RespValue value) => value.AsText() ?? "";

    private static RedisNotice.Message Message(RespValue channel, RespValue payload) => new(Name(channel), payload.AsBytes() ?? []);
}
