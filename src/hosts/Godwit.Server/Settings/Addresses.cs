using System.Globalization;
using System.Net;

namespace Godwit.Server.Settings;

/// <summary><c>ADDRESS:PORT</c>: an IPv4 address, one of IPv6 in brackets, <c>localhost</c>, or <c>*</c> for all addresses of both. Port 0 takes a free one.</summary>
internal static class Addresses
{
    public static string? Refuse(string text) => TryRead(text, out _) ? null : "is no ADDRESS:PORT (127.0.0.1:8080, [::1]:8080, *:8080)";

    /// <summary>What <see cref="Refuse"/> took.</summary>
    public static IPEndPoint Read(string text) => TryRead(text, out var point) ? point : throw new ArgumentException("no address", nameof(text));

    private static bool TryRead(string text, out IPEndPoint point)
    {
        point = new IPEndPoint(IPAddress.Loopback, 0);
        var at = text.LastIndexOf(':');
        if (at <= 0 || !int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > ushort.MaxValue) return false;
        var host = text[..at];
        // Both: a socket of IPv6 for any address takes IPv4, too.
        var address = host switch { "*" => IPAddress.IPv6Any, "localhost" => IPAddress.Loopback, ['[', .. var inner, ']'] => Of(inner), _ => host.Contains(':', StringComparison.Ordinal) ? null : Of(host) };
        if (address is null) return false;
        point = new IPEndPoint(address, port);
        return true;
    }

    private static IPAddress? Of(string text) => IPAddress.TryParse(text, out var address) ? address : null;
}
