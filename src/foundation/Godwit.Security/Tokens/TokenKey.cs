using System.Security.Cryptography;
using Godwit.Security.Keyring;
using Godwit.Security.Signing;

namespace Godwit.Security.Tokens;

/// <summary>A token key opened for ES256. It ends together with the key that it was made of: what the library made of the private number is gone when that is.</summary>
internal sealed class TokenKey : IDisposable
{
    private readonly ECDsa _ecdsa;
    private readonly Lock _lock = new();

    private TokenKey(KeyMaterial material, ECDsa ecdsa)
    {
        (Material, _ecdsa) = (material, ecdsa);
        Public = EcPublicKey.FromParameters(ecdsa.ExportParameters(includePrivateParameters: false));
    }

    public KeyMaterial Material { get; }

    public EcPublicKey Public { get; }

    /// <exception cref="KeyringException">The bytes are no private key of P-256.</exception>
    /// <exception cref="ObjectDisposedException">The key was given up.</exception>
    public static TokenKey Open(KeyMaterial material)
    {
        var number = GC.AllocateUninitializedArray<byte>(KeyMaterial.Length, pinned: true);
        material.Hold();
        try
        {
            material.Bytes.CopyTo(number);
            var key = new TokenKey(material, ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = number }));
            material.Attach(key);
            return key;
        }
        catch (CryptographicException e)
        {
            throw new KeyringException($"key {material.Id} is no key for ES256", mayRetry: false, e);
        }
        finally
        {
            material.Release();
            CryptographicOperations.ZeroMemory(number);
        }
    }

    /// <summary>Only while the material is held.</summary>
    // An ECDsa serves one thread at a time; a signature takes some 30 microseconds.
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (_lock) return _ecdsa.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public void Dispose()
    {
        lock (_lock) _ecdsa.Dispose();
    }
}
