using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Godwit.Security.Keyring.Masters;

/// <summary>Reads a master key as files and variables hold it: 32 bytes in hexadecimal, base64 or base64url. From bytes to bytes, since a string cannot be zeroed.</summary>
internal static class KeyText
{
    public const int Longest = 1024;

    /// <exception cref="MasterKeyException">It is no such key. The message does not repeat it.</exception>
    public static LocalMasterKey Read(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t\r\n"u8);
        Span<byte> key = stackalloc byte[LocalMasterKey.Length + 3];
        try
        {
            var written = text.Length == 2 * LocalMasterKey.Length ? FromHex(text, key) : FromBase64(text, key);
            return written == LocalMasterKey.Length
                ? LocalMasterKey.Of(key[..LocalMasterKey.Length])
                : throw new MasterKeyException($"it has not {LocalMasterKey.Length} bytes in hexadecimal, base64 or base64url");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static int FromHex(ReadOnlySpan<byte> text, Span<byte> key) =>
        Convert.FromHexString(text, key, out _, out var written) == OperationStatus.Done ? written : 0;

    private static int FromBase64(ReadOnlySpan<byte> text, Span<byte> key)
    {
        text = text.TrimEnd("="u8);
        if (text.Length != Base64Url.GetEncodedLength(LocalMasterKey.Length)) return 0;
        // Both alphabets differ in two characters only.
        Span<byte> url = stackalloc byte[text.Length];
        try
        {
            text.CopyTo(url);
            url.Replace((byte)'+', (byte)'-');
            url.Replace((byte)'/', (byte)'_');
            return Base64Url.DecodeFromUtf8(url, key, out _, out var written) == OperationStatus.Done ? written : 0;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(url);
        }
    }
}
