using System.Security.Cryptography;

namespace Godwit.Security.Signing;

/// <summary>ES256: ECDSA on P-256 with SHA-256, the signature as r and s of 32 bytes each, big-endian (RFC 7518 section 3.4).</summary>
public static class Es256
{
    public const string Name = "ES256";
    public const int SignatureLength = 64;

    public static bool Verify(EcPublicKey key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
            return false;
        using var ecdsa = key.Open();
        return ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
