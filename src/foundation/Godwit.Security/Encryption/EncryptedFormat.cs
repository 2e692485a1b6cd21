using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Godwit.Security.Encryption;

/// <summary>
/// An encrypted file: a header, then chunks of 64 KiB, each AES-256-GCM with its 16-byte tag. The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the
/// nonce of a chunk is its number and whether it is the last, so that a chunk that is missing, repeated, moved or cut off makes a tag fail. The header, and the
/// name under which the file was written, go into the derivation of the file's key: a chunk, or a whole file, that stands elsewhere than where it was written does not open.
/// </summary>
internal static class EncryptedFormat
{
    public const byte Version = 1;

    public const int KeyIdLength = 8, SaltLength = 32, ChunkLength = 64 * 1024, TagLength = 16, NonceLength = 12;

    public const int HeaderLength = 8 + 1 + KeyIdLength + SaltLength;

    /// <summary>A file can have no more chunks: the number has 32 bits.</summary>
    public const long MostChunks = 1L << 32;

    private static ReadOnlySpan<byte> Magic => "godwit\r\n"u8;

    public static byte[] NewHeader(EncryptionKey key)
    {
        var header = new byte[HeaderLength];
        Magic.CopyTo(header);
        header[8] = Version;
        Convert.FromHexString(key.Id).CopyTo(header.AsSpan(9));
        RandomNumberGenerator.Fill(header.AsSpan(9 + KeyIdLength));
        return header;
    }

    /// <exception cref="DecryptionException">It is none of this version and key.</exception>
    public static void Check(ReadOnlySpan<byte> header, EncryptionKey key)
    {
        if (header.Length < HeaderLength || !header.StartsWith(Magic)) throw new DecryptionException("it is no file that godwit encrypted");
        if (header[8] != Version) throw new DecryptionException($"it is of version {header[8]}, and this program knows {Version}");
        if (KeyIdOf(header) is var id && id != key.Id) throw new DecryptionException($"it was encrypted with key {id}, and the key at hand is {key.Id}");
    }

    public static string KeyIdOf(ReadOnlySpan<byte> header) => Convert.ToHexStringLower(header.Slice(9, KeyIdLength));

    public static AesGcm Cipher(EncryptionKey key, ReadOnlySpan<byte> header, string name)
    {
        // A hash, since HKDF's info is one string and the parts must not run into each other.
        var context = SHA256.HashData([.. header, .. Encoding.UTF8.GetBytes(name)]);
        var bytes = key.Derive("godwit file " + Convert.ToHexStringLower(context), header[^SaltLength..], EncryptionKey.Length);
        try
        {
            return new AesGcm(bytes, TagLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    public static void WriteNonce(Span<byte> nonce, long chunk, bool last)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[7..], checked((uint)chunk));
        nonce[11] = last ? (byte)1 : (byte)0;
    }
}

/// <summary>An encrypted file is not what was written, or of another key. What was read before belongs to what was written; the file as a whole is not to be used.</summary>
public sealed class DecryptionException(string message, Exception? inner = null) : IOException(message, inner);
