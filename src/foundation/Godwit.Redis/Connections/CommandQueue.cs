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

    public OutgoingBytes Outgoing { get; } = new(limits.MostOutgoing);

    public bool IsEmpty => _inFlight.Count == 0 && _waiting.Count == 0;

    /// <summary>The one whose answer is next.</summary>
    public PendingCommand? First => _inFlight.TryPeek(out var first) ? first : null;

    /// <returns>False when there is no room to wait either.</returns>
    public bool TryAdd(PendingCommand pending)
    {
        if (_waiting.Count == 0 && HasRoomFor(pending))
        {
            Fly(pending);
            return true;
        }
        if (_waiting.Count >= limits.MostWaiting)
            return false;
        _waiting.Enqueue(pending);
        return true;
    }

    /// <summary>Whose answer that is; null when nobody asked.</summary>
    public PendingCommand? Answered(RespValue answer)
    {
        if (!_inFlight.TryPeek(out var pending))
            return null;
        if (pending is { EndsSubscribe: true, RefusedBefore: null } && answer is RespValue.Error refused)
        {
            pending.RefusedBefore = refused;
            return pending;
        }
        return _inFlight.Dequeue();
    }

    /// <summary>Sends those that waited, as far as there is room again.</summary>
    public void Advance()
    {
        while (_waiting.TryPeek(out var pending) && (pending.IsCompleted || HasRoomFor(pending)))
        {
            _waiting.Dequeue();
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
    }

    /// <summary>Everybody, at the end; those whose bytes nobody has begun to write were never sent.</summary>
    public List<PendingCommand> TakeAll()
    {
        foreach (var pending in _inFlight)
            pending.Sent = pending.SentAgain || pending.Offset < Outgoing.HandedOver;
        List<PendingCommand> all = [.. _inFlight, .. _waiting];
        _inFlight.Clear();
        _waiting.Clear();
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
