using System.Buffers.Text;
using Godwit.Security.Keyring;
using Godwit.Security.Macs;

namespace Godwit.Identity.Accounts;

/// <summary>
/// What a link in a mail carries: a row's id, the id of a key, and a MAC for that purpose over the row's id, as base64url of 64 bytes. Nothing of it is stored, and a wrong one costs no look into the database.
/// </summary>
internal sealed class LinkToken(KeyedMac links)
{
    private const int IdLength = 16, Length = IdLength + KeyId.Length + KeyedMac.Length;

    public string Make(string purpose, Guid row)
    {
        Span<byte> token = stackalloc byte[Length];
        row.TryWriteBytes(token, bigEndian: true, out _);
        links.Compute(System.Text.Encoding.ASCII.GetBytes(purpose), token[..IdLength], token[(IdLength + KeyId.Length)..]).Write(token[IdLength..]);
        return Base64Url.EncodeToString(token);
    }

    /// <returns>The row; null for a token that was not made here, or for something else.</returns>
    public Guid? Read(string purpose, string token)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (token.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.TryDecodeFromChars(token, bytes, out var length) || length != Length) return null;
        return links.Verify(KeyId.Read(bytes[IdLength..]), System.Text.Encoding.ASCII.GetBytes(purpose), bytes[..IdLength], bytes[(IdLength + KeyId.Length)..]) ? new Guid(bytes[..IdLength], bigEndian: true) : null;
    }
}
