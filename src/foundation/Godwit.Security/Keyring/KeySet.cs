namespace Godwit.Security.Keyring;

/// <summary>The keys of one purpose as a host has them now. It is replaced as a whole, never changed.</summary>
public sealed class KeySet
{
    private readonly Dictionary<KeyId, KeyMaterial> _keys;

    internal KeySet(long keyringVersion, KeyMaterial? active, IReadOnlyList<KeyMaterial> all, IReadOnlyList<KeyMaterial> announced)
    {
        (KeyringVersion, Active, All, Announced) = (keyringVersion, active, all, announced);
        _keys = all.ToDictionary(k => k.Id);
        Lookup = [.. all.Except(announced).OrderByDescending(k => k == active).ThenByDescending(k => k.Version)];
    }

    public long KeyringVersion { get; }

    /// <summary>What writes; null while a purpose has no active key.</summary>
    public KeyMaterial? Active { get; }

    public IReadOnlyList<KeyMaterial> All { get; }

    /// <summary>Known, and used for nothing yet.</summary>
    public IReadOnlyList<KeyMaterial> Announced { get; }

    /// <summary>Keys under which something may be stored: the active one, then the others from the newest.</summary>
    public IReadOnlyList<KeyMaterial> Lookup { get; }

    public KeyMaterial? Find(KeyId id) => _keys.GetValueOrDefault(id);
}
