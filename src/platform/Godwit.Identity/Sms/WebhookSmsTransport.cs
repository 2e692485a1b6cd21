using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Godwit.Identity.Sms;

/// <summary>
/// Posts text messages to a service that sends them: <c>{"id","to","text"}</c>, signed (<see cref="SmsSignature"/>). 2xx has taken it; 408, 429 and 5xx are asked again; what else it says is for good. Redirects are not followed: a
/// number is sent where the settings say, and nowhere else.
/// </summary>
internal sealed class WebhookSmsTransport : ISmsTransport, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Uri _url;
    private readonly string _secret;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    public WebhookSmsTransport(Uri url, string secret, TimeProvider time)
    {
        (_url, _secret, _time) = (url, secret, time);
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(5), ActivityHeadersPropagator = null })
        {
            Timeout = s_patience, MaxResponseContentBufferSize = 64 * 1024,
        };
    }

    public bool Sends => true;

    public async Task SendAsync(Guid id, string to, string text, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new SmsPost(id, to, text), SmsJson.Default.SmsPost);
        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(SmsSignature.Header, SmsSignature.Of(_secret, _time.GetUtcNow(), body));
        request.Headers.Add("Idempotency-Key", id.ToString());
        try
        {
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.IsSuccessStatusCode) return;
            var later = answer.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)answer.StatusCode >= 500;
            throw new SmsTransportException($"the service said {(int)answer.StatusCode}", forGood: !later);
        }
        catch (HttpRequestException)
        {
            throw new SmsTransportException("the service cannot be reached", forGood: false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new SmsTransportException("the service did not answer in time", forGood: false);
        }
    }

    public void Dispose() => _client.Dispose();
}
