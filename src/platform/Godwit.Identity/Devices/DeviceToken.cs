using System.Buffers.Text;
using Godwit.Security.Keyring;
using Godwit.Security.Macs;

namespace Godwit.Identity.Devices;

/// <summary>What a device is known by after a full login: its id, the id of a key, and a MAC for the account, as base64url of 64 bytes. It opens nothing: it tells a device that the owner has used from all others.</summary>
internal sealed class DeviceToken(KeyedMac macs)
{
    private const int IdLength = 16, Length = IdLength + KeyId.Length + KeyedMac.Length;

    public string Make(Guid user, Guid device)
    {
        Span<byte> token = stackalloc byte[Length];
        device.TryWriteBytes(token, bigEndian: true, out _);
        macs.Compute(user.ToByteArray(bigEndian: true), token[..IdLength], token[(IdLength + KeyId.Length)..]).Write(token[IdLength..]);
        return Base64Url.EncodeToString(token);
    }

    /// <returns>The device; null when the token is not of this account, or none.</returns>
    public Guid? Read(Guid user, string? token)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (token is null || token.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.TryDecodeFromChars(token, bytes, out var length) || length != Length) return null;
        return macs.Verify(KeyId.Read(bytes[IdLength..]), user.ToByteArray(bigEndian: true), bytes[..IdLength], bytes[(IdLength + KeyId.Length)..]) ? new Guid(bytes[..IdLength], bigEndian: true) : null;
    }
}
