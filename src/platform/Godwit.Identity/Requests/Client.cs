using System.Net;
using System.Security.Cryptography;
using System.Text;
using Godwit.Identity.Browsers;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.Requests;

/// <summary>From where a request comes, as far as it says.</summary>
/// <param name="Address">Of the other end of the connection.</param>
/// <param name="Agent">The header User-Agent, 512 characters of it.</param>
/// <param name="DeviceToken">What the service gave the device at its first login: the header <c>X-Device-Token</c>, or a browser's cookie.</param>
internal sealed record Client(IPAddress Address, string? Agent, string? DeviceToken)
{
    public const string DeviceHeader = "X-Device-Token";

    private const int LongestAgent = 512;

    /// <summary>What tells one client of a session from another: of the agent and the device's token.</summary>
    public byte[] Fingerprint { get; } = SHA256.HashData(Encoding.UTF8.GetBytes($"{Agent}\n{DeviceToken}"));

    public static Client Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return new Client(address, Cut(context.Request.Headers.UserAgent.ToString()), Cut(context.Request.Headers[DeviceHeader].ToString()) ?? Cut(SessionCookies.Read(context, SessionCookies.Device) ?? ""));
    }

    /// <summary>Without what no column of text takes.</summary>
    private static string? Cut(string text)
    {
        if (text.Length == 0) return null;
        var clean = new string([.. text.Take(LongestAgent).Where(c => !char.IsControl(c) && !char.IsSurrogate(c))]);
        return clean.Length == 0 ? null : clean;
    }
}
