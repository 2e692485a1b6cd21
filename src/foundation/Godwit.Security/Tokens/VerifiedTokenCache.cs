using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Godwit.Security.Tokens;

/// <summary>
/// Remembers what good tokens say, so that a token that is presented again costs a hash and no signature. Only what was found good is remembered, by the SHA-256 of the whole token; its times are judged each time, and it
/// is verified anew once its key is not this host's any more. Safe for use by many threads.
/// </summary>
/// <param name="verifier">Verifies what is not remembered.</param>
/// <param name="read">Takes from a token what is needed of it; null for one that lacks it, which is then no good token.</param>
/// <param name="most">How many are remembered at least; twice as many at most.</param>
public sealed class VerifiedTokenCache<T>(TokenVerifier verifier, Func<VerifiedToken, T?> read, int most = 10_000)
    where T : class
{
    /// <summary>Longer ones are verified each time.</summary>
    private const int Longest = 2048;

    private readonly Lock _lock = new();

    // Two generations: when the young one is full it takes the place of the old one, and what is asked for moves along.
    private ConcurrentDictionary<Digest, Remembered> _young = new(), _old = new();

    /// <returns>What was read of the token, and since when it is valid; null for one that is not good.</returns>
    public (T Value, DateTimeOffset NotBefore)? Verify(string token)
    {
        if (token.Length > Longest || !TryHash(token, out var digest)) return Whole(token) is { } unremembered ? (unremembered.Value, unremembered.NotBefore) : null;
        var found = _young.TryGetValue(digest, out var remembered);
        if (!found && _old.TryGetValue(digest, out remembered)) Remember(digest, remembered);
        if (remembered is not null && verifier.StillHolds(remembered.KeyId, remembered.Key, remembered.NotBefore, remembered.Expires)) return (remembered.Value, remembered.NotBefore);
        if (Whole(token) is not { } verified) return null;
        Remember(digest, verified);
        return (verified.Value, verified.NotBefore);
    }

    private Remembered? Whole(string token) =>
        verifier.Verify(token) is (VerifiedToken verified, _) && verifier.KeyOf(verified.KeyId) is { } key && read(verified) is { } value ? new Remembered(value, verified.KeyId, key, verified.NotBefore, verified.Expires) : null;

    private void Remember(Digest digest, Remembered remembered)
    {
        if (_young.Count >= most)
        {
            lock (_lock)
            {
                if (_young.Count >= most) (_old, _young) = (_young, new());
            }
        }
        _young[digest] = remembered;
    }

    private static bool TryHash(string token, out Digest digest)
    {
        Span<byte> text = stackalloc byte[Longest], hash = stackalloc byte[SHA256.HashSizeInBytes];
        digest = default;
        if (!Ascii.IsValid(token)) return false;
        var length = Encoding.ASCII.GetBytes(token, text);
        SHA256.HashData(text[..length], hash);
        digest = MemoryMarshal.Read<Digest>(hash);
        return true;
    }

    private sealed record Remembered(T Value, string KeyId, Signing.EcPublicKey Key, DateTimeOffset NotBefore, DateTimeOffset Expires);

    private readonly record struct Digest(ulong A, ulong B, ulong C, ulong D);
}
