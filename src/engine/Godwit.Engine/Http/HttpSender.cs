using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Http;

/// <summary>
/// Sends requests of runbooks. A redirection is followed for GET and HEAD and within one origin only: headers with secrets never reach another host,
/// and a request that changes something is never made of another one.
/// </summary>
public sealed class HttpSender(HttpMessageInvoker client)
{
    public const string KeyHeader = "Idempotency-Key", EpochHeader = "Godwit-Epoch";

    /// <summary>Between the limit of an attempt and its end.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(1);

    /// <summary>More of a body is not read: a value that is looked for stands near the beginning.</summary>
    public const int LargestBody = 1024 * 1024;

    private const int MostRedirections = 5;

    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(500), s_longest = TimeSpan.FromSeconds(30);

    /// <summary>The one of this process: connections are kept and shared.</summary>
    public static HttpSender Shared { get; } = new(new HttpMessageInvoker(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2), MaxResponseHeadersLength = 64,
    }));

    /// <param name="settings">The request.</param>
    /// <param name="environment">Where its secrets come from.</param>
    /// <param name="step">The step whose effect it is; null for a question.</param>
    /// <param name="time">For limits and waits.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<HttpAnswer> SendAsync(HttpRequestSettings settings, IRunEnvironment environment, StepContext? step, TimeProvider time, CancellationToken cancellation)
    {
        var secrets = new SecretValues();
        var address = settings.Address ?? (OutsideValue.Find(environment, settings.AddressVariable!) is { } found ? settings.UrlBelow(found) : null);
        if (address is null) return new HttpAnswer.NotSent($"{settings.AddressVariable} is not set");
        if (!Uri.TryCreate(address.Trim(), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) return new HttpAnswer.NotSent("its URL is none of http or https");
        var headers = new List<(string Name, string Value)>();
        foreach (var (name, value) in settings.Headers)
        {
            if (value.Resolve(environment, secrets) is not { } text) return new HttpAnswer.NotSent($"{value.Variable} is not set");
            headers.Add((name, text));
        }
        if (step is not null) headers.AddRange([(KeyHeader, step.IdempotencyKey), (EpochHeader, step.Effects.Epoch.ToString())]);
        var mayArrive = false;
        for (var attempt = 1; ; attempt++)
        {
            // Before each attempt: a runner that was stopped between two of them may have been replaced meanwhile.
            if (step is not null) await step.Effects.BeginAsync("request", settings.Timeout + s_late, endsWithRunner: false, cancellation);
            var (answer, after) = await TryAsync(settings, url, headers, time, cancellation);
            // One without an answer, or that is cancelled here, may be carried out yet: its time tells, and whoever sends the opposite waits for that.
            mayArrive |= answer is HttpAnswer.None { NeverLeft: false };
            if (step is not null && !mayArrive) await step.Effects.EndAsync(cancellation);
            answer = answer with { Attempts = attempt };
            if (answer is HttpAnswer.NotSent or HttpAnswer.Came { Status: not (429 or 502 or 503 or 504) } || attempt > settings.Retries) return answer;
            var wait = after ?? s_first * Math.Pow(2, attempt - 1);
            await Task.Delay(wait < s_longest ? wait : s_longest, time, cancellation);
        }
    }

    private async Task<(HttpAnswer Answer, TimeSpan? After)> TryAsync(
        HttpRequestSettings settings, Uri url, List<(string Name, string Value)> headers, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var began = time.GetTimestamp();
        try
        {
            var at = url;
            for (var hop = 0; ; hop++)
            {
                using var request = new HttpRequestMessage(new HttpMethod(settings.Method), at);
                if (settings.Body is { } body)
                {
                    request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                    if (MediaTypeHeaderValue.TryParse(settings.ContentType, out var type)) request.Content.Headers.ContentType = type;
                }
                foreach (var (name, value) in headers)
                {
                    // A header about the body belongs to the body; one that is none, such as one with a line feed in it, is not sent half.
                    if (!request.Headers.TryAddWithoutValidation(name, value) && request.Content?.Headers.TryAddWithoutValidation(name, value) is not true)
                        return (new HttpAnswer.NotSent($"the header {name} cannot be sent"), null);
                }
                using var response = await client.SendAsync(request, either.Token);
                if (hop < MostRedirections && NextOf(request, response) is { } next)
                {
                    at = next;
                    continue;
                }
                var content = await ReadAsync(response.Content, either.Token);
                var after = WaitOf(response.Headers.RetryAfter, time);
                return (new HttpAnswer.Came((int)response.StatusCode, content, time.GetElapsedTime(began)) { RetryAfter = after }, after);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (new HttpAnswer.None($"no answer within {settings.Timeout.TotalSeconds:0.###} s") { TimedOut = true }, null);
        }
        catch (HttpRequestException e)
        {
            // The error's own text may repeat the URL.
            return (new HttpAnswer.None($"the connection failed ({e.HttpRequestError})")
            {
                NeverLeft = e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
            }, null);
        }
        // A connection that ends while it is made is not always wrapped.
        catch (Exception e) when (e is IOException or FormatException or SocketException)
        {
            return (new HttpAnswer.None($"the connection failed ({e.GetType().Name})"), null);
        }
    }

    private static Uri? NextOf(HttpRequestMessage request, HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)) return null;
        if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head) return null;
        if (response.Headers.Location is not { } location) return null;
        var next = new Uri(request.RequestUri!, location);
        return Uri.Compare(next, request.RequestUri, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0 ? next : null;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[16 * 1024];
        using var read = new MemoryStream();
        while (read.Length < LargestBody)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, LargestBody - read.Length)), cancellation);
            if (count == 0) break;
            read.Write(buffer, 0, count);
        }
        return read.ToArray();
    }

    private static TimeSpan? WaitOf(RetryConditionHeaderValue? after, TimeProvider time) => after switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - time.GetUtcNow() is var left => left > TimeSpan.Zero ? left : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>The URL as it may be shown: without user, query and fragment; of one from outside the host alone, since its path may be a secret too.</summary>
    public static string Show(HttpRequestSettings settings) =>
        settings.Address is { } text && Uri.TryCreate(text, UriKind.Absolute, out var url)
            ? $"{settings.Method} {url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)}"
            : $"{settings.Method} {settings.AddressVariable}{settings.PathBelowVariable}";
}
