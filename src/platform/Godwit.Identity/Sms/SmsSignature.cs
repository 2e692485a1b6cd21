using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Godwit.Identity.Sms;

/// <summary>
/// The header by which whoever sends text messages for this service knows that it is asked by it: <c>Godwit-Signature: t=SECONDS,v1=HEX</c>, where HEX is HMAC-SHA-256 over the seconds, a dot, and the body. An old one is to be
/// refused there: the seconds are Unix time.
/// </summary>
internal static class SmsSignature
{
    public const string Header = "Godwit-Signature";

    public static string Of(string secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(seconds), (byte)'.', .. body];
        return $"t={seconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}";
    }
}
