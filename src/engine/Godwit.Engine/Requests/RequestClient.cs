using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Godwit.Engine.Requests;

/// <summary>Sends the requests of scenarios. Redirections are followed where a request says so, within one origin only.</summary>
internal sealed class RequestClient : IDisposable
{
    /// <summary>More of a body is counted, and not kept.</summary>
    public const int LargestBody = 1024 * 1024;

    private readonly HttpMessageInvoker _client;
    private readonly TimeProvider _time;

    /// <param name="connections">How many it may have open at once.</param>
    /// <param name="time">For limits and latencies.</param>
    public RequestClient(int connections, TimeProvider time)
    {
        _time = time;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, MaxConnectionsPerServer = connections, MaxResponseHeadersLength = 64, ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10), PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        });
    }

    public void Dispose() => _client.Dispose();

    /// <param name="request">What is sent.</param>
    /// <param name="origin">The URL that is given.</param>
    /// <param name="session">Variables and cookies.</param>
    /// <param name="since">From when its latency counts, which may be before now.</param>
    /// <param name="cancellation">Gives it up.</param>
    public async Task<RequestAnswer> SendAsync(ScenarioRequest request, Uri origin, ScenarioSession session, long since, CancellationToken cancellation)
    {
        if (AddressOf(request, origin, session) is not { } address) return new RequestAnswer(RequestEnd.NotSent) { Why = "its path is none below the URL that is given" };
        using var limit = new CancellationTokenSource(request.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            for (var hop = 0; ; hop++)
            {
                using var message = new HttpRequestMessage(new HttpMethod(hop > 0 && request.Method != "HEAD" ? "GET" : request.Method), address);
                if (hop == 0) message.Content = request.Body?.Fill(session.Variables);
                if (FindUnsendable(request, message, session) is { } header) return new RequestAnswer(RequestEnd.NotSent) { Why = $"the header {header} cannot be sent" };
                session.AddCookies(message);
                using var response = await _client.SendAsync(message, either.Token);
                session.KeepCookies(response, address);
                if (response.Headers.Location is { } location && hop < request.Redirects && IsFollowed((int)response.StatusCode, message.Method))
                {
                    var next = new Uri(address, location);
                    if (!IsSameOrigin(next, origin)) return new RequestAnswer(RequestEnd.NotSent) { Why = "a redirection leads to another origin" };
                    address = next;
                    continue;
                }
                var (body, bytes) = await ReadAsync(response.Content, request.ReadsBody, either.Token);
                return new RequestAnswer(RequestEnd.Answered)
                {
                    Status = (int)response.StatusCode, Headers = response.Headers, ContentHeaders = response.Content.Headers, Body = body, Bytes = bytes,
                    IsCut = request.ReadsBody && bytes > body.Length, Took = _time.GetElapsedTime(since),
                };
            }
        }
        catch (OperationCanceledException)
        {
            return cancellation.IsCancellationRequested
                ? new RequestAnswer(RequestEnd.GivenUp)
                : new RequestAnswer(RequestEnd.Timeout) { Why = $"no answer within {request.Timeout.TotalSeconds:0.###} s", Took = _time.GetElapsedTime(since) };
        }
        catch (HttpRequestException fault)
        {
            // The error's own text may repeat the URL.
            var end = fault.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError ? RequestEnd.NotConnected : RequestEnd.Broken;
            var why = fault.HttpRequestError == HttpRequestError.SecureConnectionError ? "the TLS connection could not be made" : $"the connection failed ({fault.HttpRequestError})";
            return new RequestAnswer(end) { Why = why, Took = _time.GetElapsedTime(since) };
        }
        catch (Exception fault) when (fault is IOException or SocketException or AuthenticationException or FormatException)
        {
            return new RequestAnswer(RequestEnd.Broken) { Why = $"the connection broke ({fault.GetType().Name})", Took = _time.GetElapsedTime(since) };
        }
    }

    /// <summary>307 and 308 want the same request again, which is followed only where that is a question.</summary>
    private static bool IsFollowed(int status, HttpMethod method) => status is 301 or 302 or 303 || (status is 307 or 308 && (method == HttpMethod.Get || method == HttpMethod.Head));

    /// <summary>Null when it would leave the origin.</summary>
    private static Uri? AddressOf(ScenarioRequest request, Uri origin, ScenarioSession session)
    {
        if (request.Path.IsOneName)
            return Uri.TryCreate(origin, request.Path.Fill(session.Variables), out var whole) && IsSameOrigin(whole, origin) ? whole : null;
        var path = request.Path.Fill(session.Variables, Uri.EscapeDataString);
        return Uri.TryCreate(origin.GetLeftPart(UriPartial.Path).TrimEnd('/') + path, UriKind.Absolute, out var address) && IsSameOrigin(address, origin) ? address : null;
    }

    private static bool IsSameOrigin(Uri one, Uri other) =>
        Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0 && one.UserInfo.Length == 0;

    private static string? FindUnsendable(ScenarioRequest request, HttpRequestMessage message, ScenarioSession session)
    {
        foreach (var (name, text) in request.Headers)
        {
            var value = text.Fill(session.Variables);
            if (value.AsSpan().ContainsAny('\r', '\n')) return name;
            // A header about the body belongs to the body.
            if (message.Headers.TryAddWithoutValidation(name, value)) continue;
            if (message.Content is null) continue;
            message.Content.Headers.Remove(name);
            if (!message.Content.Headers.TryAddWithoutValidation(name, value)) return name;
        }
        return null;
    }

    private static async Task<(ReadOnlyMemory<byte> Body, long Bytes)> ReadAsync(HttpContent content, bool keep, CancellationToken cancellation)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            using var kept = keep ? new MemoryStream() : null;
            long bytes = 0;
            while (await stream.ReadAsync(buffer, cancellation) is > 0 and var count)
            {
                bytes += count;
                kept?.Write(buffer, 0, (int)Math.Min(count, LargestBody - kept.Length));
            }
            return (kept?.ToArray() ?? ReadOnlyMemory<byte>.Empty, bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
