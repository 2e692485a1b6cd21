namespace Godwit.Security.Keyring;

/// <summary>Keeps what was noted for as long as the process lives.</summary>
public sealed class MemoryKeyAudit : IKeyAudit
{
    private readonly Lock _lock = new();
    private readonly List<KeyUnwrapped> _unwrapped = [];
    private readonly List<KeyUse> _uses = [];

    public IReadOnlyList<KeyUnwrapped> Unwrapped
    {
        get
        {
            lock (_lock) return [.. _unwrapped];
        }
    }

    public IReadOnlyList<KeyUse> Uses
    {
        get
        {
            lock (_lock) return [.. _uses];
        }
    }

    public Task UnwrappedAsync(KeyUnwrapped unwrapped, CancellationToken cancellation)
    {
        lock (_lock) _unwrapped.Add(unwrapped);
        return Task.CompletedTask;
    }

    public Task UnwrappedAsync(IReadOnlyList<KeyUnwrapped> unwrapped, CancellationToken cancellation)
    {
        lock (_lock) _unwrapped.AddRange(unwrapped);
        return Task.CompletedTask;
    }

    public Task UsedAsync(IReadOnlyList<KeyUse> uses, CancellationToken cancellation)
    {
        lock (_lock) _uses.AddRange(uses);
        return Task.CompletedTask;
    }
}
