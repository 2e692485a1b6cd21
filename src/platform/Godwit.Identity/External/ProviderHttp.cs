using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace Godwit.Identity.External;

/// <summary>
/// What this service asks of providers: https only, but for a developer's own machine; no redirects, cookies or proxies; an answer of at most 256 KB within ten seconds. Addresses that only this machine or network has are not
/// connected to, unless a configured issuer is of that very name: what a provider's documents say leads nowhere inside.
/// </summary>
internal sealed class ProviderHttp : IDisposable
{
    private const int LargestAnswer = 256 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly bool _production;
    private readonly HashSet<string> _own;
    private readonly HttpClient _client;

    /// <param name="production">Whether the rules of production hold.</param>
    /// <param name="issuerHosts">The hosts that an operator has named.</param>
    public ProviderHttp(bool production, IEnumerable<string> issuerHosts)
    {
        (_production, _own) = (production, new(issuerHosts, StringComparer.OrdinalIgnoreCase));
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxResponseHeadersLength = 32, ConnectCallback = ConnectAsync,
        }) { Timeout = s_patience, MaxResponseContentBufferSize = LargestAnswer };
    }

    /// <summary>Whether a URL is one that is asked at all.</summary>
    public bool Takes(Uri url) => url is { IsAbsoluteUri: true, UserInfo: "", Fragment: "" } && (url.Scheme == Uri.UriSchemeHttps || (!_production && url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    /// <summary>Asks, and reads the answer as a JSON object in which no member comes twice.</summary>
    /// <returns>The status and the object; the object is null when the answer is something else.</returns>
    /// <exception cref="ProviderException">It could not be asked, or did not answer in time, or with too much.</exception>
    public async Task<(HttpStatusCode Status, JsonElement? Body)> AskAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (!Takes(request.RequestUri!)) throw new ProviderException("a URL of the provider is not https");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        try
        {
            using var answer = await _client.SendAsync(request, cancellation);
            var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
            return (answer.StatusCode, Json(bytes));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new ProviderException("the provider did not answer", e);
        }
    }

    public void Dispose() => _client.Dispose();

    /// <returns>Null for what is no object, or has a member twice.</returns>
    public static JsonElement? Json(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, s_strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        // The address that was judged is the one that is connected to: a name may have another a moment later.
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        var allowed = addresses.Where(a => _own.Contains(context.DnsEndPoint.Host) || !IsInside(a)).ToArray();
        if (allowed.Length == 0) throw new HttpRequestException("no address of it may be connected to");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Addresses that are not of the Internet (IANA's special-purpose registries).</summary>
    internal static bool IsInside(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return true;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal || address.IsIPv6Multicast || address.Equals(IPAddress.IPv6Any) || !s_global.Contains(address);
        return s_special.Any(n => n.Contains(address));
    }

    private static readonly IPNetwork s_global = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] s_special =
    [
        .. new[] { "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3" }.Select(n => IPNetwork.Parse(n)),
    ];
}

/// <summary>A provider did not do what it should. The message says nothing of a person, and holds no secret.</summary>
internal sealed class ProviderException(string message, Exception? inner = null) : Exception(message, inner);
