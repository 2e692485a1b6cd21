using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Godwit.Security.Encryption;

/// <summary>A key of 256 bits from which the key of each file is derived (HKDF-SHA256, RFC 5869): no two files are encrypted under the same one.</summary>
public sealed class EncryptionKey : IDisposable
{
    public const int Length = 32;

    private readonly byte[] _key;

    private EncryptionKey(byte[] key)
    {
        _key = key;
        Id = Convert.ToHexStringLower(Derive("godwit key id", [], EncryptedFormat.KeyIdLength));
    }

    /// <summary>Names the key and tells nothing of it: 16 hexadecimal digits.</summary>
    public string Id { get; }

    public static EncryptionKey Create() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>A key from its 32 bytes in hexadecimal, base64 or base64url; white space around it does not count.</summary>
    /// <exception cref="EncryptionKeyException">The text is no such key. The message does not repeat it.</exception>
    public static EncryptionKey Parse(string text)
    {
        var trimmed = text.Trim();
        try
        {
            var bytes = trimmed.Length == 2 * Length ? Convert.FromHexString(trimmed)
                : trimmed.AsSpan().ContainsAny('-', '_') || trimmed.Length == Base64Url.GetEncodedLength(Length) ? Base64Url.DecodeFromChars(trimmed.TrimEnd('='))
                : Convert.FromBase64String(trimmed);
            if (bytes.Length == Length) return new EncryptionKey(bytes);
        }
        catch (FormatException)
        {
            throw new EncryptionKeyException("it is neither hexadecimal nor base64");
        }
        throw new EncryptionKeyException($"it has not {Length} bytes, in hexadecimal or base64");
    }

    /// <summary>Bytes for one purpose, from which those for another cannot be told.</summary>
    public byte[] Derive(string purpose, ReadOnlySpan<byte> salt, int length)
    {
        var output = new byte[length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, output, salt, Encoding.UTF8.GetBytes(purpose));
        return output;
    }

    /// <summary>The key as its file holds it.</summary>
    internal string Export() => Convert.ToHexStringLower(_key);

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);
}

/// <summary>A key cannot be used as it is. The message never holds key material.</summary>
public sealed class EncryptionKeyException(string message, Exception? inner = null) : Exception(message, inner);
