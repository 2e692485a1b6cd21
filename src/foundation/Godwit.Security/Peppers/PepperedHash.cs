using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Godwit.Security.Keyring;

namespace Godwit.Security.Peppers;

/// <summary>
/// What is stored of an API key or a code. As text: <c>gwp1.</c>, then what made it from the inside out, joined by +, then 43 characters of base64url: <c>gwp1.KEY.MAC</c> is HMAC under one key,
/// <c>gwp1.KEY+NEXT.MAC</c> that hash wrapped under the next. A chain that begins with a name in place of an id began as a hash of another system, and is wrapped once at least.
/// </summary>
public sealed record PepperedHash
{
    /// <summary>More wrappings than that have to be restamped from what is presented, or given up.</summary>
    public const int LongestChain = 4;

    private const string Prefix = "gwp1.";
    private const int MacLength = HMACSHA256.HashSizeInBytes;

    internal PepperedHash(string origin, ImmutableArray<KeyId> wrappers, ReadOnlySpan<byte> mac) => (Origin, Wrappers, Mac) = (origin, wrappers, [.. mac]);

    /// <summary>What made the innermost hash: a key's id, or the name of another system's way.</summary>
    public string Origin { get; }

    /// <summary>The keys that wrapped it since, the first one first.</summary>
    public ImmutableArray<KeyId> Wrappers { get; }

    /// <summary>Every key that is needed to verify it, each of which something would miss.</summary>
    public IEnumerable<KeyId> Keys => KeyId.TryParse(Origin, out var id) ? Wrappers.Prepend(id) : Wrappers;

    internal ImmutableArray<byte> Mac { get; }

    /// <summary>What made it, without the hash: rows with the same one are looked up alike.</summary>
    public string Chain => string.Join('+', Wrappers.Select(w => w.ToString()).Prepend(Origin));

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out PepperedHash? hash)
    {
        hash = null;
        if (text is null || text.Length > 512 || !text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var parts = text[Prefix.Length..].Split('.');
        if (parts.Length != 2 || !Signing.StrictBase64Url.TryDecode(parts[1], MacLength, out var mac)) return false;
        var chain = parts[0].Split('+');
        // A hash of another system is taken over wrapped, never as it is: such a text was not made here.
        if (chain.Length > LongestChain || !(KeyId.TryParse(chain[0], out _) || (chain.Length > 1 && OriginalHash.IsName(chain[0])))) return false;
        var wrappers = ImmutableArray.CreateBuilder<KeyId>(chain.Length - 1);
        foreach (var link in chain.Skip(1))
        {
            if (!KeyId.TryParse(link, out var id)) return false;
            wrappers.Add(id);
        }
        hash = new PepperedHash(chain[0], wrappers.ToImmutable(), mac);
        return true;
    }

    public bool Equals(PepperedHash? other) =>
        other is not null && Origin == other.Origin && Wrappers.SequenceEqual(other.Wrappers) && CryptographicOperations.FixedTimeEquals(Mac.AsSpan(), other.Mac.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Origin, Wrappers.Length, BitConverter.ToInt32(Mac.AsSpan()));

    public override string ToString() => $"{Prefix}{Chain}.{Base64Url.EncodeToString(Mac.AsSpan())}";
}
