using System.Net;
using System.Net.Sockets;

namespace Godwit.Identity.Lockout;

/// <summary>What counts as one address: an IPv4 address, or the /64 of an IPv6 address, which is what one household or machine is given (RFC 6177).</summary>
internal static class NetworkKey
{
    /// <returns><c>192.0.2.1</c> or <c>2001:db8:1:2::/64</c>. An IPv4 address that is written as an IPv6 one is the same.</returns>
    public static string Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork) return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
