using System.Collections.Immutable;

namespace Godwit.Security.Keyring;

/// <summary>All keys of an installation at one moment.</summary>
/// <param name="Version">Counts the changes; 0 is a keyring that nobody has saved yet.</param>
/// <param name="Keys">By purpose, and those of one in the order of making.</param>
public sealed record KeyringSnapshot(long Version, ImmutableArray<KeyRecord> Keys)
{
    public static KeyringSnapshot Empty { get; } = new(0, []);

    /// <summary>What shows that nobody changed it since; null for one that is not saved yet. A changed keyring has none until it gets its own.</summary>
    public KeyringSeal? Seal { get; init; }

    public KeyRecord? Find(KeyId id) => Keys.FirstOrDefault(k => k.Id == id);

    public KeyRecord? ActiveOf(KeyPurpose purpose) => Keys.FirstOrDefault(k => k.Purpose == purpose && k.State == KeyState.Active);

    public IEnumerable<KeyRecord> Of(KeyPurpose purpose) => Keys.Where(k => k.Purpose == purpose);

    /// <summary>The number that the next key of a purpose has.</summary>
    public int NextVersionOf(KeyPurpose purpose) => Of(purpose).Select(k => k.Version).DefaultIfEmpty().Max() + 1;

    /// <summary>The keyring after a change, under the next version.</summary>
    /// <exception cref="InvalidOperationException">Two keys of a purpose would be active, or two keys have one id or number.</exception>
    public KeyringSnapshot With(IEnumerable<KeyRecord> keys)
    {
        ImmutableArray<KeyRecord> next = [.. keys.OrderBy(k => k.Purpose.Name, StringComparer.Ordinal).ThenBy(k => k.Version)];
        if (next.Where(k => k.State == KeyState.Active).GroupBy(k => k.Purpose).Any(g => g.Count() > 1)) throw new InvalidOperationException("two keys of one purpose would be active");
        if (next.DistinctBy(k => k.Id).Count() != next.Length || next.DistinctBy(k => (k.Purpose, k.Version)).Count() != next.Length)
            throw new InvalidOperationException("two keys would have one id or one number");
        return new KeyringSnapshot(Version + 1, next);
    }

    public KeyringSnapshot With(KeyRecord changed) => With([.. Keys.Where(k => k.Id != changed.Id), changed]);
}
