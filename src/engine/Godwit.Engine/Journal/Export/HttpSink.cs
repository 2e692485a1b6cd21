using System.Net;
using System.Net.Http.Headers;

namespace Godwit.Engine.Journal.Export;

/// <summary>
/// POSTs each batch as JSON Lines (<c>application/x-ndjson</c>) with an <c>Idempotency-Key</c> that is the same for the same content. At least once: a receiver that
/// writes bodies one after another, each key once, holds the file that <c>godwit journal verify</c> reads. What it holds is not asked, so a run that
/// is resumed sends its journal from the beginning.
/// </summary>
/// <param name="client">Carries what the receiver asks for, such as an Authorization header; not disposed of.</param>
/// <param name="url">https, or http to this machine or one that is trusted.</param>
/// <param name="timeout">How long one request may take.</param>
public sealed class HttpSink(HttpClient client, Uri url, TimeSpan timeout) : IJournalSink
{
    public const string MediaType = "application/x-ndjson";
    public const string KeyHeader = "Idempotency-Key";

    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>A URL's user and query may be secrets.</summary>
    public string Name { get; } = url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    public Task<SinkPosition?> FindPositionAsync(Guid run, CancellationToken cancellation) => Task.FromResult<SinkPosition?>(null);

    public async Task WriteAsync(JournalBatch batch, CancellationToken cancellation)
    {
        if (batch.IsFirst) _keys.Clear();
        var keys = _keys.ToHashSet(StringComparer.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(JournalText.Write(batch.Records(keys))) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaType);
        request.Headers.TryAddWithoutValidation(KeyHeader, batch.IdempotencyKey);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            // A redirection may have made a GET of it, which took nothing along.
            if (response.RequestMessage is { } sent && sent.Method != HttpMethod.Post) throw new JournalSinkException($"{Name} redirects elsewhere", mayTryAgain: false);
            if (!response.IsSuccessStatusCode) throw new JournalSinkException($"{Name} answered {(int)response.StatusCode}", IsPassing(response.StatusCode));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new JournalSinkException($"{Name} did not answer within {timeout.TotalSeconds:0.#} s", mayTryAgain: true);
        }
        catch (HttpRequestException e)
        {
            // The error's own text may repeat the URL.
            throw new JournalSinkException($"{Name} cannot be reached: {e.HttpRequestError}", mayTryAgain: true, e);
        }
        _keys.UnionWith(keys);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>RFC 9110 section 15.5.9, RFC 8470 section 5.2, RFC 6585 section 4, and the server's own faults.</summary>
    private static bool IsPassing(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or (HttpStatusCode)425 or HttpStatusCode.TooManyRequests || (int)status >= 500;
}
