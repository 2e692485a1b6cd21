using System.Security.Cryptography;

namespace Godwit.Security.Keyring;

/// <summary>
/// Ciphers of one key, set up once and used again: setting one up costs more than encrypting a short value, and one serves a single thread at a time
/// (<see cref="AesGcm"/> keeps its nonce between two calls of the library). Taking and giving back allocate nothing.
/// </summary>
internal sealed class CipherPool(KeyMaterial key) : IDisposable
{
    public const int TagLength = 16;

    private readonly AesGcm?[] _idle = new AesGcm?[Math.Max(4, 2 * Environment.ProcessorCount)];

    /// <summary>Only while the key is held.</summary>
    public AesGcm Take()
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is { } cipher) return cipher;
        }
        return new AesGcm(key.Bytes, TagLength);
    }

    public void Return(AesGcm cipher)
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] is null && Interlocked.CompareExchange(ref _idle[i], cipher, null) is null) return;
        }
        cipher.Dispose();
    }

    public void Dispose()
    {
        for (var i = 0; i < _idle.Length; i++) Interlocked.Exchange(ref _idle[i], null)?.Dispose();
    }
}
