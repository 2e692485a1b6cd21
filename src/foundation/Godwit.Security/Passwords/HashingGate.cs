namespace Godwit.Security.Passwords;

/// <summary>
/// Lets as many hashes be computed at once as there are cores; the others wait in the order in which they came, each until its deadline. A turn that ends is handed to the first who waits, so that
/// nobody who comes later is served before (<see cref="SemaphoreSlim"/> promises no order).
/// </summary>
public sealed class HashingGate
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private readonly TimeProvider _time;
    private int _free;

    /// <param name="time">The time.</param>
    /// <param name="width">How many at once; the number of cores when it is not said.</param>
    /// <param name="deadline">How long one waits for its turn; 2 seconds when it is not said.</param>
    /// <param name="mostWaiting">How many wait; who comes then is refused at once.</param>
    public HashingGate(TimeProvider time, int? width = null, TimeSpan? deadline = null, int mostWaiting = 1000)
    {
        _time = time;
        Width = width ?? Environment.ProcessorCount;
        Deadline = deadline ?? TimeSpan.FromSeconds(2);
        MostWaiting = mostWaiting;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Width, nameof(width));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Deadline, TimeSpan.Zero, nameof(deadline));
        ArgumentOutOfRangeException.ThrowIfNegative(mostWaiting);
        _free = Width;
    }

    public int Width { get; }

    public TimeSpan Deadline { get; }

    public int MostWaiting { get; }

    /// <summary>How many wait now: a figure to watch.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _waiting.Count;
        }
    }

    /// <summary>Runs some work when its turn has come, on a thread of the pool.</summary>
    /// <exception cref="HashingBusyException">Its turn did not come before the deadline, or too many wait.</exception>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        await EnterAsync(cancellation);
        try
        {
            return await Task.Run(work, CancellationToken.None);
        }
        finally
        {
            Leave();
        }
    }

    private async Task EnterAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return;
            }
            if (_waiting.Count >= MostWaiting) throw new HashingBusyException(Deadline);
            place = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        try
        {
            await place.Value.Task.WaitAsync(Deadline, _time, cancellation);
        }
        catch (TimeoutException)
        {
            GiveUp(place);
            throw new HashingBusyException(Deadline);
        }
        catch (OperationCanceledException)
        {
            GiveUp(place);
            throw;
        }
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> place)
    {
        lock (_lock)
        {
            if (place.List is not null)
            {
                _waiting.Remove(place);
                return;
            }
        }
        // The turn came in the same moment: it is passed on.
        Leave();
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (_waiting.First is not { } first)
            {
                _free++;
                return;
            }
            _waiting.RemoveFirst();
            first.Value.SetResult();
        }
    }
}
