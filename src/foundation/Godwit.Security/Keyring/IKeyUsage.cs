namespace Godwit.Security.Keyring;

/// <summary>How many values were encrypted with each key, by all hosts together.</summary>
public interface IKeyUsage
{
    /// <summary>Adds to the count of a key, durably, before any of these calls is made.</summary>
    /// <returns>The count afterwards.</returns>
    Task<long> AddAsync(KeyId id, long calls, CancellationToken cancellation);

    /// <summary>The count as it is; 0 for a key that has encrypted nothing.</summary>
    Task<long> CountAsync(KeyId id, CancellationToken cancellation);
}

/// <summary>Counts for as long as the process lives.</summary>
public sealed class MemoryKeyUsage : IKeyUsage
{
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyId, long> _counts = [];

    public Task<long> AddAsync(KeyId id, long calls, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(calls);
        lock (_lock) return Task.FromResult(_counts[id] = checked(_counts.GetValueOrDefault(id) + calls));
    }

    public Task<long> CountAsync(KeyId id, CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult(_counts.GetValueOrDefault(id));
    }
}
