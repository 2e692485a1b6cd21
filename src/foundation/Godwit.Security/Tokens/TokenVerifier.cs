using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Security.Signing;

namespace Godwit.Security.Tokens;

/// <summary>
/// Verifies signed tokens of one kind (RFC 7515, RFC 7519, RFC 8725). The algorithm and the key are never the token's to choose: ES256, and a key that this host has under the id that the token names.
/// </summary>
/// <param name="findKey">The public key of an id; null for one that is not known.</param>
/// <param name="rules">What the tokens have to be.</param>
/// <param name="time">The time.</param>
public sealed class TokenVerifier(Func<string, EcPublicKey?> findKey, TokenRules rules, TimeProvider time)
{
    private const int LongestKeyId = 128, MostAudiences = 16;

    /// <summary>Seconds that dates can hold: year 9999.</summary>
    private const long LastSecond = 253_402_300_799;

    public TokenVerifier(TokenKeys keys, TokenRules rules, TimeProvider time)
        : this(keys.Find, rules, time)
    {
    }

    /// <returns>The claims, or the fault.</returns>
    public (VerifiedToken? Token, TokenFault Fault) Verify(string token)
    {
        using var jws = CompactJws.Read(token, rules.LongestToken, out var fault);
        if (jws is null) return (null, fault);
        if (jws.Type != rules.Type) return (null, TokenFault.Type);
        if (jws.KeyId!.Length > LongestKeyId || findKey(jws.KeyId) is not { } key) return (null, TokenFault.UnknownKey);
        if (!Es256.Verify(key, jws.Signed, jws.Signature)) return (null, TokenFault.Signature);
        // Not a byte of the claims is read before the signature was found right.
        using var claims = CompactJws.Json(jws.Payload);
        return claims is null ? (null, TokenFault.Malformed) : Judge(claims.RootElement, jws);
    }

    internal EcPublicKey? KeyOf(string id) => findKey(id);

    /// <summary>Whether a token that was found good is good still: by its times, and because its key is this host's.</summary>
    internal bool StillHolds(string keyId, EcPublicKey key, DateTimeOffset begins, DateTimeOffset expires)
    {
        var now = time.GetUtcNow();
        return begins <= now + rules.Skew && now - rules.Skew < expires && findKey(keyId) == key;
    }

    private (VerifiedToken? Token, TokenFault Fault) Judge(JsonElement claims, CompactJws jws)
    {
        if (!TryText(claims, "iss", out var issuer) || issuer is null || !TryText(claims, "sub", out var subject) || !TryText(claims, "jti", out var id)
            || Audiences(claims) is not { } audiences || Second(claims, "exp") is not { } expires || Second(claims, "nbf") is not { } begins
            || (claims.TryGetProperty("iat", out _) && Second(claims, "iat") is null))
            return (null, TokenFault.Claims);
        if (issuer != rules.Issuer) return (null, TokenFault.Issuer);
        if (!audiences.Contains(rules.Audience)) return (null, TokenFault.Audience);
        var now = time.GetUtcNow();
        if (begins > now + rules.Skew) return (null, TokenFault.NotYetValid);
        // "On or after" the expiry it is not taken: RFC 7519 section 4.1.4. The skew is taken from now: added to the last second that there is, it would overflow.
        if (now - rules.Skew >= expires) return (null, TokenFault.Expired);
        if (expires - begins > rules.LongestLife) return (null, TokenFault.LivesTooLong);
        return (new VerifiedToken(jws.KeyId!, subject, id, begins, expires, JsonObject.Create(claims.Clone())!), TokenFault.None);
    }

    /// <summary>False when it is there and no text.</summary>
    private static bool TryText(JsonElement claims, string name, out string? text)
    {
        text = null;
        if (!claims.TryGetProperty(name, out var value)) return true;
        text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is not null;
    }

    private static List<string>? Audiences(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var value)) return null;
        if (value.ValueKind != JsonValueKind.Array) return TryText(claims, "aud", out var one) ? [one!] : null;
        if (value.GetArrayLength() is 0 or > MostAudiences) return null;
        var items = value.EnumerateArray().ToList();
        return items.TrueForAll(i => i.ValueKind == JsonValueKind.String) ? [.. items.Select(i => i.GetString()!)] : null;
    }

    /// <summary>A whole number of seconds. RFC 7519 would allow fractions; nothing here writes one, and texts and booleans are no times at all.</summary>
    private static DateTimeOffset? Second(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var second) && second is >= 0 and <= LastSecond
            ? DateTimeOffset.FromUnixTimeSeconds(second)
            : null;
}
