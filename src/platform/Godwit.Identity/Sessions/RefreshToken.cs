using System.Buffers.Binary;
using System.Buffers.Text;
using Godwit.Security.Keyring;
using Godwit.Security.Macs;

namespace Godwit.Identity.Sessions;

/// <summary>
/// A refresh token: family, number, id of a key, and a MAC under a key derived for the family, as base64url of 72 bytes. It is computed, not stored: the same family, number and key always give the same token.
/// </summary>
internal sealed class RefreshToken(KeyedMac macs)
{
    private const int IdLength = 16, Signed = IdLength + sizeof(long), Length = Signed + KeyId.Length + KeyedMac.Length;

    /// <summary>The token of a number, under the active key.</summary>
    public string Make(Guid family, long sequence, out KeyId key)
    {
        Span<byte> token = stackalloc byte[Length];
        Write(token, family, sequence);
        key = macs.Compute(token[..IdLength], token[..Signed], token[(Signed + KeyId.Length)..]);
        key.Write(token[Signed..]);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The token that was made before under that key, for who did not get it; null when this host has the key no more.</summary>
    public string? MakeAgain(Guid family, long sequence, KeyId key)
    {
        Span<byte> token = stackalloc byte[Length];
        Write(token, family, sequence);
        key.Write(token[Signed..]);
        return macs.TryCompute(key, token[..IdLength], token[..Signed], token[(Signed + KeyId.Length)..]) ? Base64Url.EncodeToString(token) : null;
    }

    /// <returns>Null for a token that was not made here: no look into the database is due to it, and nothing is revoked by it.</returns>
    public (Guid Family, long Sequence)? Read(string text)
    {
        Span<byte> token = stackalloc byte[Length];
        if (text.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, token, out var length) || length != Length) return null;
        if (!macs.Verify(KeyId.Read(token[Signed..]), token[..IdLength], token[..Signed], token[(Signed + KeyId.Length)..])) return null;
        return (new Guid(token[..IdLength], bigEndian: true), BinaryPrimitives.ReadInt64BigEndian(token[IdLength..]));
    }

    private static void Write(Span<byte> token, Guid family, long sequence)
    {
        family.TryWriteBytes(token, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(token[IdLength..], sequence);
    }
}
