using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Godwit.Identity.Tests.Running;

namespace Godwit.Identity.Tests.Browsers;

/// <summary>A client that keeps cookies as a browser does, and says what a test lets it say.</summary>
internal sealed class Browser(IdentityHost host)
{
    public Dictionary<string, string> Cookies { get; } = new(StringComparer.Ordinal);

    /// <summary>The headers of the last answer that set a cookie.</summary>
    public List<string> SetCookies { get; } = [];

    public string Csrf => Cookies["__Host-godwit-csrf"];

    public async Task<Answer> SendAsync(string method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return await SendAsync(request, headers);
    }

    public async Task<Answer> FormAsync(string path, IEnumerable<(string Name, string Value)> fields, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))) };
        return await SendAsync(request, headers);
    }

    public async Task<Answer> SignInAsync(string email, string password = IdentityHost.Password)
    {
        var answer = await SendAsync("POST", "/v1/auth/login", $$"""{"email":"{{email}}","password":"{{password}}"}""", ("X-Session-Transport", "cookie"));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer;
    }

    private async Task<Answer> SendAsync(HttpRequestMessage request, (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (Cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(c => $"{c.Key}={c.Value}")));
        request.Headers.UserAgent.ParseAdd("tests");
        // The handler of the host's client would add cookies of its own, and follow redirections.
        using var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null };
        using var client = new HttpClient(handler) { BaseAddress = host.Platform.Reached };
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        if (answer.Headers.TryGetValues("Set-Cookie", out var set)) Keep([.. set]);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(answer.StatusCode, text, [.. answer.Headers.Concat(answer.Content.Headers).SelectMany(h => h.Value.Select(v => $"{h.Key}: {v}"))]);
    }

    private void Keep(List<string> set)
    {
        SetCookies.Clear();
        SetCookies.AddRange(set);
        foreach (var cookie in set)
        {
            var (name, value) = (cookie[..cookie.IndexOf('=', StringComparison.Ordinal)], cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..cookie.IndexOf(';', StringComparison.Ordinal)]);
            if (cookie.Contains("max-age=0;", StringComparison.Ordinal)) Cookies.Remove(name);
            else Cookies[name] = value;
        }
    }
}
