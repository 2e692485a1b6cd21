namespace Godwit.Security.Keyring;

/// <summary>The keys of one purpose as a host has them now. It is replaced as a whole, never changed.</summary>
public sealed class KeySet
{
    private readonly Dictionary<KeyId, KeyMaterial> _keys;
    private int _writes;

    internal KeySet(KeyringPosition position, KeyMaterial? active, IReadOnlyList<KeyMaterial> all, IReadOnlyList<KeyMaterial> announced)
    {
        (Position, Active, All, Announced) = (position, active, all, announced);
        _keys = all.ToDictionary(k => k.Id);
        Lookup = [.. all.Except(announced).OrderByDescending(k => k == active).ThenByDescending(k => k.Version), .. announced];
    }

    public long KeyringVersion => Position.Version;

    /// <summary>What writes; null while a purpose has no active key.</summary>
    public KeyMaterial? Active { get; }

    public IReadOnlyList<KeyMaterial> All { get; }

    /// <summary>Known, and written with by nobody but who writes under both keys.</summary>
    public IReadOnlyList<KeyMaterial> Announced { get; }

    /// <summary>
    /// Keys under which something may be stored: the active one, then the others from the newest, then an announced one, which is active at a host that is ahead of this one.
    /// </summary>
    public IReadOnlyList<KeyMaterial> Lookup { get; }

    internal KeyringPosition Position { get; }

    /// <summary>The keyring was disposed of, or the person's key.</summary>
    internal bool IsEnded { get; private init; }

    /// <summary>Whether something that began with these keys is not stored yet.</summary>
    internal bool HasWrites => Volatile.Read(ref _writes) > 0;

    public KeyMaterial? Find(KeyId id) => _keys.GetValueOrDefault(id);

    internal static KeySet Ended(KeyringPosition position) => new(position, null, [], []) { IsEnded = true };

    internal void BeginWrite() => Interlocked.Increment(ref _writes);

    internal void EndWrite() => Interlocked.Decrement(ref _writes);
}
