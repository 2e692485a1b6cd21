using Godwit.Security.Keyring;

namespace Godwit.Security.Fields;

/// <summary>An encrypted value: version (1 byte), key id (16), nonce (12), ciphertext (as long as the value), tag (16).</summary>
public static class FieldBlob
{
    public const byte Version = 1;

    /// <summary>Bytes that a blob has more than its value.</summary>
    public const int Overhead = Ciphertext + TagLength;

    internal const int NonceLength = 12, TagLength = 16, Nonce = 1 + KeyId.Length, Ciphertext = Nonce + NonceLength;

    /// <summary>The key that encrypted a blob, for a host that has to load it; it may be a lie.</summary>
    public static KeyId? KeyIdOf(ReadOnlySpan<byte> blob) => blob.Length >= Overhead && blob[0] == Version ? KeyId.Read(blob[1..]) : null;
}
