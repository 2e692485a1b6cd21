using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Godwit.Identity.External;

/// <summary>A public key of a provider (RFC 7517), for signatures of id tokens by algorithms that are taken: RS256, PS256, ES256, ES384.</summary>
internal sealed class ProviderKey
{
    private const int LeastBits = 2048;

    private readonly RSAParameters? _rsa;
    private readonly ECParameters? _elliptic;

    private ProviderKey(string? id, string? algorithm, RSAParameters? rsa, ECParameters? elliptic) => (Id, Algorithm, _rsa, _elliptic) = (id, algorithm, rsa, elliptic);

    public string? Id { get; }

    /// <summary>The one that it is for; null for all of its kind.</summary>
    public string? Algorithm { get; }

    /// <returns>The keys that can be used; others are left out.</returns>
    public static IReadOnlyList<ProviderKey> ReadAll(JsonElement document) =>
        document.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array ? [.. keys.EnumerateArray().Take(100).Select(Read).OfType<ProviderKey>()] : [];

    /// <summary>Whether a signature is this key's. An algorithm that is of another kind of key, or not taken, verifies nothing: a public key is no secret of an HMAC.</summary>
    public bool Verifies(string algorithm, byte[] signed, byte[] signature)
    {
        if (Algorithm is not null && Algorithm != algorithm) return false;
        switch (algorithm)
        {
            case "RS256" or "PS256" when _rsa is { } parameters:
                using (var rsa = RSA.Create(parameters))
                    return rsa.KeySize >= LeastBits && rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, algorithm == "RS256" ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss);
            case "ES256" or "ES384" when _elliptic is { } parameters && parameters.Q.X!.Length == (algorithm == "ES256" ? 32 : 48):
                using (var elliptic = ECDsa.Create(parameters))
                    return elliptic.VerifyData(signed, signature, algorithm == "ES256" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            default:
                return false;
        }
    }

    private static ProviderKey? Read(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || ProviderMetadata.Text(key, "use") is not (null or "sig")) return null;
        var (id, algorithm) = (ProviderMetadata.Text(key, "kid"), ProviderMetadata.Text(key, "alg"));
        try
        {
            switch (ProviderMetadata.Text(key, "kty"))
            {
                case "RSA" when Bytes("n") is { } modulus && Bytes("e") is { } exponent:
                    return new ProviderKey(id, algorithm, new RSAParameters { Modulus = modulus, Exponent = exponent }, null);
                case "EC" when Curve() is { } curve && Bytes("x") is { } x && Bytes("y") is { } y:
                    var parameters = new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } };
                    parameters.Validate();
                    using (ECDsa.Create(parameters))
                        return new ProviderKey(id, algorithm, null, parameters);
                default:
                    return null;
            }
        }
        catch (CryptographicException)
        {
            return null;
        }

        byte[]? Bytes(string member) => ProviderMetadata.Text(key, member) is { } text && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;

        ECCurve? Curve() => ProviderMetadata.Text(key, "crv") switch { "P-256" => ECCurve.NamedCurves.nistP256, "P-384" => ECCurve.NamedCurves.nistP384, _ => null };
    }
}
