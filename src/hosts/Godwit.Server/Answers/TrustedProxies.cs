using System.Net;
using Godwit.Http.Settings;
using Godwit.Server.Settings;

namespace Godwit.Server.Answers;

/// <summary>The networks of proxies whose word is taken for where a client is.</summary>
internal sealed class TrustedProxies(IReadOnlyList<IPNetwork> networks)
{
    /// <returns>Null when there are none.</returns>
    public static TrustedProxies? Of(SettingValues settings) =>
        settings.List(ServerSettings.Proxies.Name) is { Count: > 0 } named ? new TrustedProxies([.. named.Select(IPNetwork.Parse)]) : null;

    public static string? Refuse(string value) => value.Split(',', StringSplitOptions.TrimEntries).All(n => IPNetwork.TryParse(n, out _)) ? null : "has something that is no network (10.0.0.0/8, 2001:db8::/32)";

    public bool Trusts(IPAddress address) => networks.Any(n => n.Contains(address));

    /// <summary>The client: of the addresses that were passed on, from the right, the first that is no trusted proxy's. What is left of it anybody may have written.</summary>
    public IPAddress ClientOf(IPAddress peer, string forwarded)
    {
        var client = peer;
        foreach (var part in forwarded.Split(',', StringSplitOptions.TrimEntries).Reverse())
        {
            if (!Trusts(client) || !IPAddress.TryParse(part, out var before)) break;
            client = before.IsIPv4MappedToIPv6 ? before.MapToIPv4() : before;
        }
        return client;
    }
}
