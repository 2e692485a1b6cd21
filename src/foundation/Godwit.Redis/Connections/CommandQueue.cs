using Godwit.Redis.Protocol;

namespace Godwit.Redis.Connections;

/// <summary>
/// The commands of one connection in the order of their answers: those in flight, and those that wait for room. It has no lock of its own: its connection's is held around every call, and nobody is told anything
/// meanwhile.
/// </summary>
internal sealed class CommandQueue(ConnectionLimits limits)
{
    private readonly Queue<PendingCommand> _inFlight = new();
    private Queue<PendingCommand> _waiting = new();
    private long _waitingBytes;

    public OutgoingBytes Outgoing { get; } = new(limits.MostOutgoing);

    public bool IsEmpty => _inFlight.Count == 0 && _waiting.Count == 0;

    /// <summary>The one whose answer is next.</summary>
    public PendingCommand? First => _inFlight.TryPeek(out var first) ? first : null;

    /// <returns>False when there is no room to wait either.</returns>
    public bool TryAdd(PendingCommand pending)
    {
        // Whoever has gone already wants nothing done.
        if (pending.IsCompleted)
            return true;
        if (_waiting.Count == 0 && HasRoomFor(pending))
        {
            Fly(pending);
            return true;
        }
        if (_waiting.Count >= limits.MostWaiting || (_waiting.Count > 0 && _waitingBytes + pending.Command.Bytes.Length > limits.MostWaitingBytes))
            return false;
        _waiting.Enqueue(pending);
        _waitingBytes += pending.Command.Bytes.Length;
        return true;
    }

    /// <summary>Whose answer that is; null when nobody asked.</summary>
    public PendingCommand? Answered(RespValue answer)
    {
        if (!_inFlight.TryPeek(out var pending))
            return null;
        if (pending is { EndsSubscribe: true, ConfirmedBefore: false, RefusedBefore: null } && answer is RespValue.Error refused)
        {
            pending.RefusedBefore = refused;
            return pending;
        }
        return _inFlight.Dequeue();
    }

    /// <summary>What came out of band: the confirmation of a SUBSCRIBE stands before the answer to the PING behind it, and before its error.</summary>
    public void Pushed(RespValue.Sequence push)
    {
        if (First is { EndsSubscribe: true } pending && push.Items is [var kind, ..] && kind.AsText() is "subscribe" or "psubscribe" or "unsubscribe" or "punsubscribe")
            pending.ConfirmedBefore = true;
    }

    /// <summary>Sends those that waited, as far as there is room again.</summary>
    public void Advance()
    {
        while (_waiting.TryPeek(out var pending) && (pending.IsCompleted || HasRoomFor(pending)))
        {
            _waiting.Dequeue();
            _waitingBytes -= pending.Command.Bytes.Length;
            if (!pending.IsCompleted)
                Fly(pending);
        }
    }

    /// <summary>Those whose time is up. In flight they keep their place; waiting ones go, and will never be sent.</summary>
    public void CollectLate(long now, List<PendingCommand> late)
    {
        foreach (var pending in _inFlight)
        {
            if (pending.IsLate(now) && !pending.IsCompleted)
                late.Add(pending);
        }
        if (!_waiting.Any(p => p.IsCompleted || p.IsLate(now)))
            return;
        var left = new Queue<PendingCommand>();
        foreach (var pending in _waiting)
        {
            if (pending.IsLate(now))
                late.Add(pending);
            else if (!pending.IsCompleted)
                left.Enqueue(pending);
        }
        _waiting = left;
        _waitingBytes = left.Sum(p => (long)p.Command.Bytes.Length);
    }

    /// <summary>The nearest moment at which somebody's time is up; none when nobody waits any more.</summary>
    /// <param name="now">Those whose time is up by then are being told.</param>
    public long? NextDeadline(long now)
    {
        long? next = null;
        foreach (var pending in _inFlight.Concat(_waiting))
        {
            if (!pending.IsCompleted && !pending.IsLate(now) && !(next <= pending.Deadline))
                next = pending.Deadline;
        }
        return next;
    }

    /// <summary>Everybody, at the end; those whose bytes nobody has begun to write were never sent.</summary>
    public List<PendingCommand> TakeAll()
    {
        foreach (var pending in _inFlight)
            pending.Sent = pending.SentAgain || pending.Offset < Outgoing.HandedOver;
        List<PendingCommand> all = [.. _inFlight, .. _waiting];
        _inFlight.Clear();
        _waiting.Clear();
        _waitingBytes = 0;
        return all;
    }

    private bool HasRoomFor(PendingCommand pending) => _inFlight.Count < limits.MostInFlight && Outgoing.HasRoomFor(pending.Command.Bytes.Length);

    private void Fly(PendingCommand pending)
    {
        pending.Offset = Outgoing.Collected;
        // From here on it may be written at any moment.
        pending.Sent = true;
        Outgoing.Add(pending.Command.Bytes);
        _inFlight.Enqueue(pending);
    }
}
