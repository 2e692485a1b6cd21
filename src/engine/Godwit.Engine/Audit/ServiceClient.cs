using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Godwit.Engine.Audit;

/// <summary>Asks a service that is audited. Its certificate is looked at elsewhere: a service with a bad one is audited all the same, and sent no secret.</summary>
internal sealed class ServiceClient(Uri url, TimeSpan timeout, TimeProvider time) : IDisposable
{
    private const int LargestBody = 64 * 1024;

#pragma warning disable CA5359 // TlsAudit judges the certificate; a service with a bad one is audited all the same, and told no secret.
    private static readonly RemoteCertificateValidationCallback s_any = (_, _, _, _) => true;
#pragma warning restore CA5359

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, UseProxy = false, MaxResponseHeadersLength = 64, MaxConnectionsPerServer = 32, ActivityHeadersPropagator = null,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = s_any },
    });

    public void Dispose() => _client.Dispose();

    public Uri At(string path) => new(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + path);

    /// <summary>The answer; null when there is none.</summary>
    public async Task<ServiceAnswer?> AskAsync(HttpMethod method, Uri address, string what, IEnumerable<KeyValuePair<string, string>> headers, string? json, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(method, address);
            foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
            if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
            using var response = await _client.SendAsync(request, either.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
            var body = new byte[LargestBody];
            var read = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, either.Token);
            var all = response.Headers.Concat(response.Content.Headers).SelectMany(h => h.Value.Select(v => (h.Key, v)));
            return new ServiceAnswer(what, (int)response.StatusCode, all.ToLookup(h => h.Key, h => h.v, StringComparer.OrdinalIgnoreCase), Encoding.UTF8.GetString(body, 0, read));
        }
        catch (Exception e) when (IsSilence(e) && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Sends a request that is none, as no library would; null when nothing comes back.</summary>
    public async Task<ServiceAnswer?> SendBrokenAsync(string what, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var body = new byte[LargestBody];
        var read = 0;
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(url.IdnHost, url.Port, either.Token);
            await using var stream = await OpenAsync(client, either.Token);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {url.IdnHost}\r\nConnection: close\r\nno header\r\n\r\n"), either.Token);
            while (read < body.Length && await stream.ReadAsync(body.AsMemory(read), either.Token) is > 0 and var count) read += count;
        }
        catch (Exception e) when (IsSilence(e) && !cancellation.IsCancellationRequested)
        {
            // What came until then is what it has to say: not every service closes.
            if (read == 0) return null;
        }
        return Parse(what, Encoding.UTF8.GetString(body, 0, read));
    }

    private async Task<Stream> OpenAsync(TcpClient client, CancellationToken cancellation)
    {
        if (url.Scheme != Uri.UriSchemeHttps) return client.GetStream();
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = url.IdnHost, RemoteCertificateValidationCallback = s_any }, cancellation);
        return stream;
    }

    private static ServiceAnswer? Parse(string what, string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || !text.StartsWith("HTTP/1.", StringComparison.Ordinal)) return null;
        var lines = text[..end].Split("\r\n");
        if (lines[0].Split(' ') is not [_, var status, ..] || !int.TryParse(status, out var code)) return null;
        return new ServiceAnswer(what, code, lines.Skip(1).Select(l => l.Split(':', 2, StringSplitOptions.TrimEntries)).Where(p => p.Length == 2).ToLookup(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase), text[(end + 4)..]);
    }

    internal static bool IsSilence(Exception e) => e is HttpRequestException or IOException or SocketException or AuthenticationException or OperationCanceledException or FormatException;
}
