namespace Godwit.Security.Keyring;

/// <summary>
/// How many values this process may still encrypt with a key. What it may was taken from the count that all hosts share (<see cref="IKeyUsage"/>) before, so that hosts which know
/// nothing of each other stay below the limit together, and one that is killed leaves the count too high, never too low.
/// </summary>
internal sealed class KeyBudget
{
    private readonly Lock _lock = new();
    private long _granted, _promised, _total;

    /// <summary>The shared count as it was when this process last added to it.</summary>
    public long Total => Volatile.Read(ref _total);

    public bool TryTake()
    {
        lock (_lock)
        {
            if (_granted == 0) return false;
            _granted--;
            if (_promised > 0) _promised--;
            return true;
        }
    }

    /// <summary>Promises calls to one caller.</summary>
    /// <returns>How many have to be taken from the shared count before the promise holds.</returns>
    public long Promise(long calls)
    {
        lock (_lock)
        {
            _promised += calls;
            return Math.Max(0, _promised - _granted);
        }
    }

    /// <summary>Takes a promise back, or what was not used of it.</summary>
    public void Break(long calls)
    {
        lock (_lock) _promised = Math.Max(0, _promised - calls);
    }

    /// <summary>Takes over what was added to the shared count, as far as the key's limit reaches.</summary>
    /// <param name="total">The shared count afterwards.</param>
    /// <param name="added">What was added.</param>
    /// <param name="needed">The least that has to be left of it.</param>
    public bool TryGrant(long total, long added, long needed)
    {
        var within = Math.Min(added, RotationPolicy.HardLimit - (total - added));
        lock (_lock)
        {
            _total = Math.Max(_total, total);
            if (within < needed) return false;
            _granted += within;
            return true;
        }
    }

    public void Grant(long calls)
    {
        lock (_lock) _granted += calls;
    }
}
