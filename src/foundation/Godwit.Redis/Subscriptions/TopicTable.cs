using Godwit.Redis.Protocol;

namespace Godwit.Redis.Subscriptions;

/// <summary>Who wants what, and what the server has confirmed on the connection that is. Its own lock; subscriptions are told under it, so that each is told in order.</summary>
internal sealed class TopicTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Topic, List<RedisSubscription>> _wanted = [];
    private readonly HashSet<Topic> _live = [];

    public void Add(RedisSubscription subscription)
    {
        lock (_gate)
        {
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

    /// <summary>What to subscribe to, and what to let go.</summary>
    public (List<Topic> Wanting, List<Topic> Unwanted) Changes()
    {
        lock (_gate)
            return ([.. _wanted.Keys.Where(t => !_live.Contains(t))], [.. _live.Where(t => !_wanted.ContainsKey(t))]);
    }

    /// <summary>The connection is gone, and with it everything that was confirmed.</summary>
    public void Lost()
    {
        lock (_gate)
        {
            foreach (var topic in _live)
                Tell(topic, new RedisNotice.Lost());
            _live.Clear();
        }
    }

    /// <summary>Who waits for one of these topics is told that it will not be.</summary>
    public void Refuse(IEnumerable<Topic> topics, Exception fault)
    {
        lock (_gate)
        {
            foreach (var topic in topics)
            {
                foreach (var reader in _wanted.GetValueOrDefault(topic) ?? [])
                    reader.Refuse(fault);
            }
        }
    }

    public void CloseAll()
    {
        lock (_gate)
        {
            foreach (var reader in _wanted.Values.SelectMany(r => r))
                reader.Close();
            _wanted.Clear();
        }
    }

    /// <summary>What came out of band. Whatever it is not known to be is left alone.</summary>
    public void Pushed(RespValue.Sequence push)
    {
        lock (_gate)
        {
            switch (push.Items)
            {
                case [var kind, var channel, var payload] when kind.AsText() == "message":
                    Tell(new Topic(Name(channel), IsPattern: false), Message(channel, payload));
                    return;
                case [var kind, var pattern, var channel, var payload] when kind.AsText() == "pmessage":
                    Tell(new Topic(Name(pattern), IsPattern: true), Message(channel, payload));
                    return;
                case [var kind, var name, _] when kind.AsText() is "subscribe" or "psubscribe":
                    var begun = new Topic(Name(name), kind.AsText() == "psubscribe");
                    if (_live.Add(begun))
                        Tell(begun, new RedisNotice.Resumed());
                    return;
                case [var kind, var name, _] when kind.AsText() is "unsubscribe" or "punsubscribe":
                    _live.Remove(new Topic(Name(name), kind.AsText() == "punsubscribe"));
                    return;
                default:
                    return;
            }
        }
    }

    private void Tell(Topic topic, RedisNotice notice)
    {
        foreach (var reader in _wanted.GetValueOrDefault(topic) ?? [])
            reader.Add(notice);
    }

    private static string Name(RespValue value) => value.AsText() ?? "";

    private static RedisNotice.Message Message(RespValue channel, RespValue payload) => new(Name(channel), payload.AsBytes() ?? []);
}
