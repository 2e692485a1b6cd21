using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Godwit.Security.Framing;
using Godwit.Security.Keyring;

namespace Godwit.Security.Peppers;

/// <summary>
/// Hashes API keys and codes with a secret that the database does not have. Rotating it has two ways: what is presented is hashed anew under the active key (<see cref="NeedsRestamp"/>), and what
/// nobody presents is wrapped, HMAC(new, old hash), so that whoever has learned the old key can do nothing with the table.
/// </summary>
/// <remarks>
/// Whoever presents a key has it computed through the whole chain, the old key first: a wrapped hash needs every key that its chain names. An old pepper is out of use when its key decrypts only
/// (<see cref="KeyState.DecryptOnly"/>) and no stored hash is of it alone: it makes no hash of its own any more, and only computes the beginnings of chains. It is retired, and can be destroyed,
/// when no chain names it: each hash was restamped when it was presented, or given up. <see cref="PepperedHash.Keys"/> are those that a hash needs.
/// A hash is wrapped three times at most. After that <see cref="TryWrap"/> leaves it as it is: it stays valid under its chain, and its outermost key decrypts only from then on. Nobody presented it
/// through three rotations: have its owner present it, replace it, or give it up, and only then retire that key.
/// A hash that leaked must be of no use: if wrapping were the same computation as hashing, whoever has an old stored hash could present it as a key, and it would be hashed into just what is
/// stored now. The two are therefore computed over different labels, and a presented value that is itself a stored hash is refused before anything is computed.
/// </remarks>
/// <param name="keys">Keys for peppers: <see cref="KeyPurpose.Pepper"/>, or a module's own such as <c>pepper-codes</c>.</param>
/// <param name="purpose">What is hashed, such as <c>api-key</c>: a hash of one purpose is none of another.</param>
/// <param name="originals">How hashes that were taken over from other systems were made.</param>
public sealed class Pepper(PurposeKeys keys, string purpose, params IReadOnlyList<OriginalHash> originals)
{
    /// <summary>No key or code is longer.</summary>
    public const int LongestPresented = 4096;

    private readonly PurposeKeys _keys = keys.Purpose.IsOf(KeyPurpose.Pepper) ? keys : throw new ArgumentException($"keys for {keys.Purpose} are no peppers", nameof(keys));
    private readonly byte[] _purpose = StrictText.Bytes(purpose);

    /// <summary>The hash to store of a new key.</summary>
    /// <exception cref="ArgumentException">It is empty, too long, or itself a stored hash.</exception>
    /// <exception cref="KeyringException">There is no active key.</exception>
    public PepperedHash Hash(ReadOnlySpan<byte> presented)
    {
        if (Refuses(presented)) throw new ArgumentException("it is empty, too long, or a stored hash", nameof(presented));
        var key = _keys.HoldActive();
        try
        {
            return HashWith(key, presented);
        }
        finally
        {
            key.Release();
        }
    }

    /// <summary>The hash under one key, which may be a former one: to compute again what was stored while that key was active.</summary>
    /// <exception cref="ArgumentException">It is empty, too long, or itself a stored hash.</exception>
    /// <exception cref="KeyringException">This host has not that key.</exception>
    public PepperedHash HashUnder(KeyId id, ReadOnlySpan<byte> presented)
    {
        if (Refuses(presented)) throw new ArgumentException("it is empty, too long, or a stored hash", nameof(presented));
        var key = Hold(id);
        try
        {
            return HashWith(key, presented);
        }
        finally
        {
            key.Release();
        }
    }

    /// <summary>Wraps a stored hash under one key, which may be a former one.</summary>
    /// <returns>The same hash when that key made or wrapped it last.</returns>
    /// <exception cref="KeyringException">It was wrapped as often as may be, or this host has not that key.</exception>
    public PepperedHash WrapUnder(KeyId id, PepperedHash stored)
    {
        if (IsCurrent(stored, id)) return stored;
        if (stored.Wrappers.Length + 2 > PepperedHash.LongestChain) throw new KeyringException($"a hash of chain {stored.Chain} was wrapped as often as may be");
        var key = Hold(id);
        try
        {
            return WrapWith(key, stored);
        }
        finally
        {
            key.Release();
        }
    }

    /// <summary>Wraps a stored hash under the active key, without knowing what it is the hash of.</summary>
    /// <returns>The same hash when the active key made or wrapped it already.</returns>
    /// <exception cref="KeyringException">It was wrapped as often as may be (<see cref="TryWrap"/> leaves such a hash as it is), or there is no active key.</exception>
    public PepperedHash Wrap(PepperedHash stored) => TryWrap(stored, out var wrapped) ? wrapped
        : throw new KeyringException($"a hash of chain {stored.Chain} was wrapped as often as may be: it stays valid while those keys are there. Have its owner present it, replace it, or give it up");

    /// <summary>Wraps a stored hash under the active key, for a table of which some may have been wrapped as often as may be.</summary>
    /// <param name="stored">The hash.</param>
    /// <param name="wrapped">The hash to store; <paramref name="stored"/> itself when the active key made or wrapped it already, or it stays as it is.</param>
    /// <returns>False when it was wrapped as often as may be.</returns>
    /// <exception cref="KeyringException">There is no active key.</exception>
    public bool TryWrap(PepperedHash stored, out PepperedHash wrapped)
    {
        var key = _keys.HoldActive();
        try
        {
            var isCurrent = IsCurrent(stored, key.Id);
            var mayWrap = stored.Wrappers.Length + 2 <= PepperedHash.LongestChain;
            wrapped = isCurrent || !mayWrap ? stored : WrapWith(key, stored);
            return isCurrent || mayWrap;
        }
        finally
        {
            key.Release();
        }
    }

    /// <summary>Takes over the hash that another system stored; it is wrapped at once.</summary>
    /// <param name="origin">The name of its way, which has to be one of those given to the constructor.</param>
    /// <param name="hash">Its 32 bytes.</param>
    public PepperedHash Import(string origin, ReadOnlySpan<byte> hash) => Wrap(Original(origin, hash));

    /// <summary>The same under one key, which may be a former one.</summary>
    /// <exception cref="KeyringException">This host has not that key.</exception>
    public PepperedHash ImportUnder(KeyId id, string origin, ReadOnlySpan<byte> hash) => WrapUnder(id, Original(origin, hash));

    private PepperedHash Original(string origin, ReadOnlySpan<byte> hash)
    {
        if (hash.Length != HMACSHA256.HashSizeInBytes) throw new ArgumentException($"a hash has {HMACSHA256.HashSizeInBytes} bytes", nameof(hash));
        if (originals.All(o => o.Name != origin)) throw new ArgumentException($"there is no original hash {origin}", nameof(origin));
        return new PepperedHash(origin, [], hash);
    }

    private KeyMaterial Hold(KeyId id) => _keys.TryHold(id) ?? throw new KeyringException($"this host has no key {id} for {_keys.Purpose}: load the keyring again", mayRetry: true);

    /// <summary>Whether what is presented is what a stored hash was made of; takes the same time whichever byte differs.</summary>
    public bool Verify(ReadOnlySpan<byte> presented, PepperedHash stored) =>
        !Refuses(presented) && Compute(presented, stored.Origin, stored.Wrappers.AsSpan()) is { } computed && CryptographicOperations.FixedTimeEquals(computed.Mac.AsSpan(), stored.Mac.AsSpan());

    /// <summary>
    /// Every hash under which what is presented may be stored: for a lookup by equality. What is presented may be of any of <paramref name="chains"/>, which the database knows (the distinct
    /// <see cref="PepperedHash.Chain"/> of its rows), and of each key that is not retired.
    /// </summary>
    /// <returns>Empty when it is refused.</returns>
    /// <exception cref="ObjectDisposedException">The keyring was disposed of.</exception>
    public IReadOnlyList<PepperedHash> Candidates(ReadOnlySpan<byte> presented, params IEnumerable<string> chains)
    {
        if (Refuses(presented)) return [];
        List<string> named = [.. chains];
        var found = new List<PepperedHash>();
        KeySet set;
        do
        {
            found.Clear();
            set = _keys.Live;
            foreach (var chain in set.Lookup.Select(k => k.Id.ToString()).Concat(named).Distinct(StringComparer.Ordinal))
            {
                var links = chain.Split('+');
                if (links.Length > PepperedHash.LongestChain) continue;
                var wrappers = ImmutableArray.CreateBuilder<KeyId>();
                var whole = true;
                foreach (var link in links.Skip(1))
                {
                    whole &= KeyId.TryParse(link, out var id);
                    wrappers.Add(id);
                }
                if (whole && Compute(presented, links[0], wrappers.ToImmutable().AsSpan()) is { } hash) found.Add(hash);
            }
            // A key that was retired meanwhile left a hole: the keyring of now has the one that took its place.
        }
        while (set != _keys.Current);
        return found;
    }

    /// <summary>
    /// Every hash under which what is presented may be stored while these keys are there, whatever the database holds: for a lookup that must not miss a hash which is wrapped at that moment. Keys
    /// become active in the order of their making, and a chain names them in that order: with three keys there are 7 candidates, with four 15, with eight 162, an HMAC each.
    /// </summary>
    /// <returns>Empty when it is refused.</returns>
    /// <exception cref="ObjectDisposedException">The keyring was disposed of.</exception>
    public IReadOnlyList<PepperedHash> AllCandidates(ReadOnlySpan<byte> presented)
    {
        if (Refuses(presented)) return [];
        var found = new List<PepperedHash>();
        KeySet set;
        do
        {
            found.Clear();
            set = _keys.Live;
            List<KeyId> made = [.. set.Lookup.OrderBy(k => k.Version).Select(k => k.Id)];
            for (var i = 0; i < made.Count; i++) AddWrapped(Compute(presented, made[i].ToString(), []), made, i + 1, found);
            foreach (var original in originals)
            {
                for (var i = 0; i < made.Count; i++) AddWrapped(Compute(presented, original.Name, [made[i]]), made, i + 1, found);
            }
        }
        while (set != _keys.Current);
        return found;
    }

    /// <summary>Whether a hash that was just verified has to be replaced by <see cref="Hash"/> of what was presented.</summary>
    public bool NeedsRestamp(PepperedHash stored) => _keys.Current.Active is { } active && (stored.Wrappers.Length > 0 || stored.Origin != active.Id.ToString());

    private static bool IsCurrent(PepperedHash stored, KeyId active) => stored.Wrappers.Length > 0 ? stored.Wrappers[^1] == active : stored.Origin == active.ToString();

    /// <summary>Whether a value is none that can be hashed: it is empty, too long, or itself a stored hash.</summary>
    public static bool Refuses(ReadOnlySpan<byte> presented) =>
        presented.Length is 0 or > LongestPresented || (presented.Length <= 512 && PepperedHash.TryParse(Encoding.UTF8.GetString(presented).Trim(), out _));

    /// <summary>Adds a hash, and what becomes of it when later keys wrap it.</summary>
    private void AddWrapped(PepperedHash? hash, List<KeyId> made, int next, List<PepperedHash> found)
    {
        if (hash is null) return;
        found.Add(hash);
        if (hash.Wrappers.Length + 2 > PepperedHash.LongestChain) return;
        for (var i = next; i < made.Count; i++)
        {
            if (_keys.TryHold(made[i]) is not { } key) continue;
            try
            {
                AddWrapped(WrapWith(key, hash), made, i + 1, found);
            }
            finally
            {
                key.Release();
            }
        }
    }

    /// <returns>Null when a key of the chain is not at hand: retired, or not yet loaded.</returns>
    private PepperedHash? Compute(ReadOnlySpan<byte> presented, string origin, ReadOnlySpan<KeyId> wrappers)
    {
        PepperedHash hash;
        if (originals.FirstOrDefault(o => o.Name == origin) is { } original)
        {
            // Another system's way alone is no hash of ours: whoever can write to the table could put one there of a key of his own.
            if (wrappers.IsEmpty) return null;
            Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
            original.Compute(presented, mac);
            hash = new PepperedHash(origin, [], mac);
        }
        else
        {
            if (!KeyId.TryParse(origin, out var id) || _keys.TryHold(id) is not { } key) return null;
            try
            {
                hash = HashWith(key, presented);
            }
            finally
            {
                key.Release();
            }
        }
        foreach (var wrapper in wrappers)
        {
            if (_keys.TryHold(wrapper) is not { } key) return null;
            try
            {
                hash = WrapWith(key, hash);
            }
            finally
            {
                key.Release();
            }
        }
        return hash;
    }

    private PepperedHash HashWith(KeyMaterial key, ReadOnlySpan<byte> presented)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Mac(key, "godwit pepper value"u8, [], presented, mac);
        return new PepperedHash(key.Id.ToString(), [], mac);
    }

    private PepperedHash WrapWith(KeyMaterial key, PepperedHash stored)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Mac(key, "godwit pepper hash"u8, Encoding.UTF8.GetBytes(stored.Chain), stored.Mac.AsSpan(), mac);
        return new PepperedHash(stored.Origin, stored.Wrappers.Add(key.Id), mac);
    }

    private void Mac(KeyMaterial key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> chain, ReadOnlySpan<byte> value, Span<byte> mac)
    {
        var buffer = new byte[FrameWriter.LengthOf(label.Length) + FrameWriter.LengthOf(_purpose.Length) + FrameWriter.LengthOf(chain.Length) + FrameWriter.LengthOf(value.Length)];
        var frame = new FrameWriter(buffer);
        frame.Part(label);
        frame.Part(_purpose);
        frame.Part(chain);
        frame.Part(value);
        HMACSHA256.HashData(key.Bytes, frame.Written, mac);
        CryptographicOperations.ZeroMemory(buffer);
        key.Count(KeyOperation.Compute);
    }
}
