using System.Security.Cryptography;

namespace Godwit.Security.Signing;

/// <summary>An ECDSA P-256 key that signs certificates. Not for use by several threads at once.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa _ecdsa;

    private SigningKey(ECDsa ecdsa)
    {
        _ecdsa = ecdsa;
        Public = EcPublicKey.FromParameters(ecdsa.ExportParameters(includePrivateParameters: false));
    }

    public EcPublicKey Public { get; }

    /// <summary>The RFC 7638 thumbprint of the public key.</summary>
    public string Kid => Public.Kid;

    public static SigningKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <exception cref="SigningKeyException">The text is not a P-256 private key in unencrypted PEM.</exception>
    public static SigningKey FromPem(string pem)
    {
        var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportFromPem(pem);
            // A public key imports without complaint; the signing key has a private part or is of no use.
            CryptographicOperations.ZeroMemory(ecdsa.ExportParameters(includePrivateParameters: true).D);
            return new SigningKey(ecdsa);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            ecdsa.Dispose();
            throw new SigningKeyException("not a P-256 private key in PEM (PKCS#8, not encrypted)", e);
        }
        catch (SigningKeyException)
        {
            ecdsa.Dispose();
            throw;
        }
    }

    /// <returns>64 bytes, r and s.</returns>
    public byte[] Sign(ReadOnlySpan<byte> data) =>
        _ecdsa.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>The private key in PKCS#8 PEM: for the key file only.</summary>
    internal string ExportPem() => _ecdsa.ExportPkcs8PrivateKeyPem() + "\n";

    public void Dispose() => _ecdsa.Dispose();
}
