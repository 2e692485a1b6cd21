namespace Godwit.Redis.Connections;

/// <summary>Commands that wait for a connection that is being made, each until its time is up.</summary>
internal sealed class HeldCommands : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _look;
    private readonly ConnectionLimits _limits;
    private readonly ITimer _timer;
    private List<PendingCommand> _held = [];
    private long _bytes;
    private long _nextLook = long.MaxValue;

    /// <param name="limits">How many, and of how many bytes, may wait.</param>
    /// <param name="look">How often it is looked whose time is up, unless somebody's is up sooner.</param>
    public HeldCommands(ConnectionLimits limits, TimeSpan look, TimeProvider time)
    {
        (_limits, _look, _time) = (limits, look, time);
        _timer = time.CreateTimer(static h => ((HeldCommands)h!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <returns>False when as many are held as may.</returns>
    public bool TryHold(PendingCommand pending)
    {
        lock (_gate)
        {
            var length = pending.Command.Bytes.Length;
            if (_held.Count >= _limits.MostWaiting || (_held.Count > 0 && _bytes + length > _limits.MostWaitingBytes))
                return false;
            _held.Add(pending);
            _bytes += length;
            LookBy(Math.Min(pending.Deadline, _time.After(_look)));
            return true;
        }
    }

    public List<PendingCommand> TakeAll()
    {
        lock (_gate)
        {
            var all = _held;
            _held = [];
            _bytes = 0;
            _nextLook = long.MaxValue;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return all;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void LookBy(long moment)
    {
        if (moment >= _nextLook)
            return;
        _nextLook = moment;
        _timer.Change(_time.Until(moment), Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        List<PendingCommand> late = [];
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            // Whoever is taken out here under the lock is not sent any more: to be told that it was not sent stays true.
            _held.RemoveAll(p =>
            {
                if (p.IsLate(now))
                    late.Add(p);
                return p.IsCompleted || p.IsLate(now);
            });
            _bytes = _held.Sum(p => (long)p.Command.Bytes.Length);
            _nextLook = long.MaxValue;
            if (_held.Count > 0)
                LookBy(Math.Min(_held.Min(p => p.Deadline), _time.After(_look)));
        }
        foreach (var pending in late)
            pending.TimeOut();
    }
}
