namespace Godwit.Redis.Connections;

/// <summary>Commands that wait for a connection that is being made, each until its time is up.</summary>
internal sealed class HeldCommands : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _look;
    private readonly int _most;
    private readonly ITimer _timer;
    private List<PendingCommand> _held = [];

    public HeldCommands(int most, TimeSpan look, TimeProvider time)
    {
        (_most, _look, _time) = (most, look, time);
        _timer = time.CreateTimer(static h => ((HeldCommands)h!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <returns>False when as many are held as may.</returns>
    public bool TryHold(PendingCommand pending)
    {
        lock (_gate)
        {
            if (_held.Count >= _most)
                return false;
            if (_held.Count == 0)
                _timer.Change(_look, _look);
            _held.Add(pending);
            return true;
        }
    }

    public List<PendingCommand> TakeAll()
    {
        lock (_gate)
        {
            var all = _held;
            _held = [];
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return all;
        }
    }

    public void Dispose() => _timer.Dispose();

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
            if (_held.Count == 0)
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        foreach (var pending in late)
            pending.TimeOut();
    }
}
