using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Godwit.Identity.Passkeys;

/// <summary>A public key in COSE's form (RFC 9052 section 7, RFC 9053 section 7, RFC 8230), of an algorithm that passkeys are taken with.</summary>
internal sealed class CoseKey : IDisposable
{
    private readonly AsymmetricAlgorithm _key;

    private CoseKey(int algorithm, AsymmetricAlgorithm key) => (Algorithm, _key) = (algorithm, key);

    /// <summary>COSE's number: -7 for ES256, -35 for ES384, -257 for RS256.</summary>
    public int Algorithm { get; }

    /// <param name="cbor">Begins with the key; what follows it is left alone.</param>
    /// <returns>Null for a key of another kind.</returns>
    /// <exception cref="CborContentException">It is no key.</exception>
    public static CoseKey? Read(ReadOnlyMemory<byte> cbor)
    {
        var reader = new CborReader(cbor, CborConformanceMode.Ctap2Canonical, allowMultipleRootLevelValues: true);
        Dictionary<int, long> numbers = [];
        Dictionary<int, byte[]> texts = [];
        for (var left = reader.ReadStartMap() ?? 0; left > 0; left--)
        {
            var label = reader.ReadInt32();
            if (reader.PeekState() == CborReaderState.ByteString) texts[label] = reader.ReadByteString();
            else numbers[label] = reader.ReadInt64();
        }
        var (kind, algorithm) = (numbers.GetValueOrDefault(1), (int)numbers.GetValueOrDefault(3));
        try
        {
            return (kind, algorithm, numbers.GetValueOrDefault(-1)) switch
            {
                (2, -7, 1) => Elliptic(algorithm, ECCurve.NamedCurves.nistP256, texts),
                (2, -35, 2) => Elliptic(algorithm, ECCurve.NamedCurves.nistP384, texts),
                (3, -257, _) when texts.TryGetValue(-1, out var modulus) && texts.TryGetValue(-2, out var exponent) => new(algorithm, RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent })),
                _ => null,
            };
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public bool Verify(byte[] data, byte[] signature) => _key switch
    {
        ECDsa elliptic => elliptic.VerifyData(data, signature, Algorithm == -35 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
        RSA rsa => rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        _ => false,
    };

    public void Dispose() => _key.Dispose();

    private static CoseKey? Elliptic(int algorithm, ECCurve curve, Dictionary<int, byte[]> texts) =>
        texts.TryGetValue(-2, out var x) && texts.TryGetValue(-3, out var y) ? new(algorithm, ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } })) : null;
}
