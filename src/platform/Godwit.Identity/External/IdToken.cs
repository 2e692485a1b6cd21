using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Godwit.Identity.External;

/// <summary>An id token (OpenID Connect Core 1.0 section 3.1.3.7): read strictly, and taken when all of it is for this service, this flow and now.</summary>
internal sealed class IdToken
{
    private const int Longest = 16 * 1024;

    /// <summary>Seconds that two clocks may differ.</summary>
    private const long Skew = 60;

    /// <summary>Seconds from when it was made: it comes at once.</summary>
    private const long Oldest = 600;

    private readonly byte[] _signed;
    private readonly byte[] _signature;

    private IdToken(string algorithm, string? keyId, JsonElement claims, byte[] signed, byte[] signature) => (Algorithm, KeyId, Claims, _signed, _signature) = (algorithm, keyId, claims, signed, signature);

    public string Algorithm { get; }

    public string? KeyId { get; }

    public JsonElement Claims { get; }

    /// <returns>Null for what is none.</returns>
    public static IdToken? Read(string? token)
    {
        if (token is null || token.Length > Longest) return null;
        var parts = token.Split('.', 4);
        if (parts.Length != 3 || Bytes(parts[0]) is not { } head || Bytes(parts[1]) is not { } payload || Bytes(parts[2]) is not { } signature) return null;
        if (ProviderHttp.Json(head) is not { } header || ProviderHttp.Json(payload) is not { } claims) return null;
        // What a header asks to be understood is not.
        if (header.TryGetProperty("crit", out _) || ProviderMetadata.Text(header, "alg") is not { } algorithm) return null;
        return new IdToken(algorithm, ProviderMetadata.Text(header, "kid"), claims, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature);
    }

    /// <returns>Whether one of the keys has signed it: the one that it names, or, where it names none, the only one.</returns>
    public bool IsSignedBy(IReadOnlyList<ProviderKey> keys)
    {
        var named = KeyId is null ? keys : [.. keys.Where(k => k.Id == KeyId)];
        return named is [var only] && only.Verifies(Algorithm, _signed, _signature);
    }

    /// <returns>What is wrong with its claims, in a word; null when nothing is.</returns>
    public string? Fault(string issuer, string client, string nonce, string? accessToken, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        if (ProviderMetadata.Text(Claims, "iss") != issuer) return "iss";
        var audience = Claims.TryGetProperty("aud", out var aud) ? aud.ValueKind == JsonValueKind.Array ? [.. aud.EnumerateArray()] : [aud] : Array.Empty<JsonElement>();
        if (audience.Length == 0 || audience.Any(a => a.ValueKind != JsonValueKind.String) || !audience.Any(a => a.ValueEquals(client))) return "aud";
        // One that is for others, too, says to whom it was given.
        if (Claims.TryGetProperty("azp", out var azp) ? azp.ValueKind != JsonValueKind.String || !azp.ValueEquals(client) : audience.Length > 1) return "azp";
        if (Number("exp") is not { } expires || expires <= seconds - Skew) return "exp";
        if (Number("iat") is not { } issued || issued > seconds + Skew || issued < seconds - Oldest) return "iat";
        if (Claims.TryGetProperty("nbf", out _) && (Number("nbf") is not { } from || from > seconds + Skew)) return "nbf";
        if (ProviderMetadata.Text(Claims, "nonce") is not { } said || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(said), Encoding.UTF8.GetBytes(nonce))) return "nonce";
        if (Claims.TryGetProperty("at_hash", out var hash) && (accessToken is null || hash.ValueKind != JsonValueKind.String || !hash.ValueEquals(HalfHash(accessToken)))) return "at_hash";
        return ProviderMetadata.Text(Claims, "sub") is { Length: > 0 and <= 255 } subject && subject.All(char.IsAscii) ? null : "sub";

        long? Number(string claim) => Claims.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number is > 0 and < 1e12 ? (long)number : null;
    }

    /// <summary>The left half of the hash that goes with the signature (section 3.1.3.6).</summary>
    private string HalfHash(string accessToken)
    {
        var text = Encoding.ASCII.GetBytes(accessToken);
        var hash = Algorithm == "ES384" ? SHA384.HashData(text) : SHA256.HashData(text);
        return Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2));
    }

    private static byte[]? Bytes(string part) => Base64Url.IsValid(part) && !part.EndsWith('=') ? Base64Url.DecodeFromChars(part) : null;
}
