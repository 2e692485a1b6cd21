using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Godwit.Security.Signing;

/// <summary>
/// A public key on P-256, compared by its point. Every instance is a point of the curve: the factories refuse what is not.
/// </summary>
public sealed record EcPublicKey
{
    public const int CoordinateLength = 32;

    private EcPublicKey(string x, string y)
    {
        X = x;
        Y = y;
        // RFC 7638 section 3.2: the required members of an EC key in lexicographic order, no white space.
        var members = $$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""";
        Kid = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(members)));
    }

    /// <summary>The coordinates, base64url without padding, 32 bytes each (RFC 7518 section 6.2.1).</summary>
    public string X { get; }

    public string Y { get; }

    /// <summary>The key's RFC 7638 thumbprint (SHA-256, base64url).</summary>
    public string Kid { get; }

    /// <summary>The key as a JSON Web Key, on one line.</summary>
    public string Jwk => $$"""{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{Y}}","kid":"{{Kid}}"}""";

    /// <exception cref="SigningKeyException">The text is not a P-256 public key in PEM (SubjectPublicKeyInfo).</exception>
    public static EcPublicKey FromPem(string pem)
    {
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
            throw new SigningKeyException("a private key stands where a public key belongs");
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return FromParameters(key.ExportParameters(includePrivateParameters: false));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new SigningKeyException("not a P-256 public key in PEM", e);
        }
    }

    /// <summary>Reads a JSON Web Key: <c>kty</c> EC, <c>crv</c> P-256, <c>x</c>, <c>y</c>; a <c>use</c>, <c>alg</c> or <c>key_ops</c> has to allow verifying ES256, other public members are ignored, a private <c>d</c> is refused.</summary>
    /// <exception cref="SigningKeyException">It is not such a key.</exception>
    public static EcPublicKey FromJwk(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new SigningKeyException("not a JSON Web Key");
            if (root.TryGetProperty("d", out _))
                throw new SigningKeyException("a private key stands where a public key belongs");
            if (Text(root, "kty") != "EC" || Text(root, "crv") != "P-256")
                throw new SigningKeyException("not a P-256 key");
            // RFC 7517 sections 4.2 to 4.4: a key that says what it is for is used for nothing else (RFC 8725 section 3.1).
            if (!Allows(root, "use", "sig") || !Allows(root, "alg", Es256.Name) || !AllowsVerifying(root))
                throw new SigningKeyException("the key is for something else than verifying ES256");
            return FromCoordinates(Text(root, "x"), Text(root, "y"));
        }
        catch (JsonException e)
        {
            throw new SigningKeyException("not a JSON Web Key", e);
        }
    }

    /// <exception cref="SigningKeyException">The coordinates are not canonical base64url of 32 bytes each, or not a point of P-256.</exception>
    public static EcPublicKey FromCoordinates(string? x, string? y) =>
        FromParameters(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Coordinate(x), Y = Coordinate(y) } });

    internal static EcPublicKey FromParameters(ECParameters parameters)
    {
        if (parameters.Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value && parameters.Curve.Oid.FriendlyName is not ("nistP256" or "ECDSA_P256"))
            throw new SigningKeyException("the key is not on the curve P-256");
        var key = new EcPublicKey(Base64Url.EncodeToString(parameters.Q.X), Base64Url.EncodeToString(parameters.Q.Y));
        try
        {
            key.Open().Dispose();
        }
        catch (CryptographicException e)
        {
            throw new SigningKeyException("the coordinates are not a point of the curve P-256", e);
        }
        return key;
    }

    internal ECDsa Open() => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = Base64Url.DecodeFromChars(X), Y = Base64Url.DecodeFromChars(Y) },
    });

    private static bool Allows(JsonElement key, string member, string value) => !key.TryGetProperty(member, out _) || Text(key, member) == value;

    private static bool AllowsVerifying(JsonElement key) =>
        !key.TryGetProperty("key_ops", out var operations)
        || (operations.ValueKind == JsonValueKind.Array && operations.EnumerateArray().Any(o => o.ValueKind == JsonValueKind.String && o.ValueEquals("verify")));

    private static byte[] Coordinate(string? text) =>
        StrictBase64Url.TryDecode(text, CoordinateLength, out var bytes) ? bytes : throw new SigningKeyException("a coordinate is not base64url of 32 bytes");

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
