using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Godwit.Security.Keyring;

/// <summary>All keys of an installation at one moment.</summary>
/// <param name="Version">Counts the changes; 0 is a keyring that nobody has saved yet.</param>
/// <param name="Keys">By purpose, and those of one in the order of making.</param>
public sealed record KeyringSnapshot(long Version, ImmutableArray<KeyRecord> Keys)
{
    public static KeyringSnapshot Empty { get; } = new(0, []);

    /// <summary>What shows that nobody changed it since; null for one that is not saved yet. A changed keyring has none until it gets its own.</summary>
    public KeyringSeal? Seal { get; init; }

    /// <summary>Versions that a keyring remembers the tokens of. A host that is further behind starts again.</summary>
    public const int LongestLineage = 1024;

    /// <summary>
    /// A random token of each version, the oldest first and its own last: two keyrings with one number and different tokens went apart, as after a restore, and neither follows from the other.
    /// </summary>
    public ImmutableArray<Guid> Lineage { get; init; } = [];

    /// <summary>This version's token; empty for a keyring that nobody has saved yet.</summary>
    public Guid Token => Lineage.IsEmpty ? Guid.Empty : Lineage[^1];

    /// <summary>The token of the version that this one takes the place of; empty for the first.</summary>
    public Guid Former => Lineage.Length < 2 ? Guid.Empty : Lineage[^2];

    /// <summary>What a host that works with this keyring acknowledges.</summary>
    public KeyringPosition Position => new(Version, Token);

    /// <summary>Whether it came of the keyring at <paramref name="position"/> by changes alone. False too when that is too long ago to tell.</summary>
    public bool DescendsFrom(KeyringPosition position)
    {
        var at = Lineage.Length - 1 - (Version - position.Version);
        return position.Version == 0 || (position.Version <= Version && at >= 0 && Lineage[(int)at] == position.Token);
    }

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
        Guid token = new(RandomNumberGenerator.GetBytes(16));
        return new KeyringSnapshot(Version + 1, next) { Lineage = [.. Lineage.Skip(Lineage.Length - LongestLineage + 1), token] };
    }

    public KeyringSnapshot With(KeyRecord changed) => With([.. Keys.Where(k => k.Id != changed.Id), changed]);
}
