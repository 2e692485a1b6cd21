using System.Buffers.Text;
using Godwit.Security.Keyring;
using Godwit.Security.Macs;

namespace Godwit.Identity.Keys;

/// <summary>
/// An id that this service has handed out and knows again - in a link of a mail, a challenge, a device's token: the id, the id of a key, and a MAC for that purpose over it, as base64url of 64 bytes. Nothing of it is stored, and
/// a wrong one costs no look into the database.
/// </summary>
internal sealed class SignedId(KeyedMac macs)
{
    private const int IdLength = 16, Length = IdLength + KeyId.Length + KeyedMac.Length;

    public string Make(string purpose, Guid id)
    {
        Span<byte> token = stackalloc byte[Length];
        id.TryWriteBytes(token, bigEndian: true, out _);
        macs.Compute(System.Text.Encoding.ASCII.GetBytes(purpose), token[..IdLength], token[(IdLength + KeyId.Length)..]).Write(token[IdLength..]);
        return Base64Url.EncodeToString(token);
    }

    /// <returns>The id; null for a token that was not made here, or for something else.</returns>
    public Guid? Read(string purpose, string token)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (token.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.IsValid(token) || !Base64Url.TryDecodeFromChars(token, bytes, out var length) || length != Length) return null;
        return macs.Verify(KeyId.Read(bytes[IdLength..]), System.Text.Encoding.ASCII.GetBytes(purpose), bytes[..IdLength], bytes[(IdLength + KeyId.Length)..]) ? new Guid(bytes[..IdLength], bigEndian: true) : null;
    }
}
