namespace Godwit.Security.Keyring;

/// <summary>A keyring for as long as the process lives: for tests, and for what is thrown away.</summary>
public sealed class MemoryKeyStore : IKeyStore
{
    private readonly Lock _lock = new();
    private readonly List<KeyChange> _changes = [];
    private KeyringSnapshot _snapshot = KeyringSnapshot.Empty;

    public IReadOnlyList<KeyChange> Changes
    {
        get
        {
            lock (_lock) return [.. _changes];
        }
    }

    public Task<KeyringSnapshot> LoadAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock) return Task.FromResult(_snapshot);
    }

    public Task<bool> TrySaveAsync(KeyringSnapshot next, IReadOnlyList<KeyChange> changes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (next.Version != _snapshot.Version + 1 || next.Former != _snapshot.Token) return Task.FromResult(false);
            _snapshot = next;
            _changes.AddRange(changes);
            return Task.FromResult(true);
        }
    }
}
