using System.Net;
using System.Text;
using System.Text.Json;
using Godwit.Server.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Server.Tests.Problems;

/// <summary>Whatever goes wrong is answered in one form, which says nothing of the inside.</summary>
public sealed class ProblemTests(PostgresServers servers)
{
    private async Task<Platform> StartAsync(params (string, string)[] variables) =>
        await Platform.StartAsync(await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken), [new NotesModule()], variables);

    [Fact]
    [Trait("ASVS", "4.1.1")]
    public async Task Each_error_has_the_one_body_that_serves_RFC_9457_and_the_seeds()
    {
        await using var platform = await StartAsync();
        await AssertAsync(platform, Get("/nowhere"), 404, "not-found", "Not found");
        await AssertAsync(platform, new HttpRequestMessage(HttpMethod.Delete, "/v1/notes"), 405, "method-not-allowed", "Method not allowed", answer => Assert.Equal("POST", string.Join(", ", answer.Content.Headers.Allow)));
        await AssertAsync(platform, Post("text", "text/plain"), 415, "unsupported-media-type", "Unsupported media type");
        await AssertAsync(platform, Post("{\"text\": ", "application/json"), 400, "invalid-json", "Invalid JSON");
        await AssertAsync(platform, Post("null", "application/json"), 400, "invalid-json", "Invalid JSON");
        await AssertAsync(platform, Post("{\"text\": 7}", "application/json"), 400, "invalid-json", "Invalid JSON");
        await AssertAsync(platform, Post("{\"text\":\"\"}", "application/json"), 400, "validation-failed", "Validation failed");
    }

    [Fact]
    [Trait("ASVS", "15.2.2")]
    public async Task A_body_beyond_its_limit_is_refused_whether_it_says_so_or_not()
    {
        await using var platform = await StartAsync(("GODWIT_BODY_LIMIT", "1024"));
        var body = "{\"text\":\"" + new string('x', 4096) + "\"}";
        await AssertAsync(platform, Post(body, "application/json"), 413, "content-too-large", "Content too large");
        var chunked = Post(body, "application/json");
        chunked.Headers.TransferEncodingChunked = true;
        await AssertAsync(platform, chunked, 413, "content-too-large", "Content too large");
    }

    [Fact]
    [Trait("ASVS", "2.2.2")]
    public async Task Validation_names_each_field()
    {
        await using var platform = await StartAsync();
        using var answer = await platform.Client.SendAsync(Post("{\"text\":\"\"}", "application/json"), TestContext.Current.CancellationToken);
        Assert.Contains("""details":[{"field":"text","message":"must not be empty"}]""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("ASVS", "16.5.1")]
    [Trait("ASVS", "16.3.4")]
    public async Task An_exception_is_in_no_answer_and_its_trace_id_finds_it_in_the_log()
    {
        await using var platform = await StartAsync();
        var traceId = await AssertAsync(platform, Get("/v1/broken"), 500, "internal", "Internal error");
        Assert.DoesNotContain("Q7Z", platform.Log.Text, StringComparison.Ordinal);
        var line = Assert.Single(platform.Log.Lines, l => l.Contains("\"event\":\"RequestFailed\"", StringComparison.Ordinal));
        Assert.Contains(traceId, line, StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException", line, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("ASVS", "16.5.3")]
    public async Task Half_an_answer_does_not_look_like_a_whole_one()
    {
        await using var platform = await StartAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => platform.Client.GetStringAsync("/v1/half", TestContext.Current.CancellationToken));
        Assert.DoesNotContain("Q7Z", platform.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_ends_with_503()
    {
        await using var platform = await StartAsync(("GODWIT_REQUEST_TIMEOUT", "1"));
        await AssertAsync(platform, Get("/v1/endless"), 503, "timeout", "The request took too long", answer => Assert.NotNull(answer.Headers.RetryAfter));
    }

    [Fact]
    public async Task The_trace_of_a_traceparent_is_taken_over_and_a_false_one_is_not()
    {
        await using var platform = await StartAsync();
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var request = Get("/nowhere");
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        Assert.Equal(Trace, await AssertAsync(platform, request, 404, "not-found", "Not found"));
        await Patience.UntilAsync(() => Task.FromResult(platform.Log.Text.Contains(Trace, StringComparison.Ordinal)));
        var forged = Get("/nowhere");
        forged.Headers.Add("traceparent", "00-Q7Z92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        Assert.Matches("^[0-9a-f]{32}$", await AssertAsync(platform, forged, 404, "not-found", "Not found"));
    }

    [Theory]
    [InlineData("GET\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505)]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n", 400)]
    public async Task What_cannot_be_read_as_a_request_has_the_same_body_and_headers(string bytes, int status)
    {
        await using var platform = await StartAsync();
        AssertRefused(await RawConnection.SendAsync(platform.Reached, bytes), status);
    }

    [Fact]
    [Trait("ASVS", "15.2.2")]
    public async Task Headers_and_lines_beyond_their_limits_are_refused()
    {
        await using var platform = await StartAsync();
        AssertRefused(await RawConnection.SendAsync(platform.Reached, "GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + new string('x', 32 * 1024) + "\r\n\r\n"), 431);
        AssertRefused(await RawConnection.SendAsync(platform.Reached, "GET / HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Range(0, 80).Select(i => $"X-{i}: 1\r\n")) + "\r\n"), 431);
        AssertRefused(await RawConnection.SendAsync(platform.Reached, "GET /" + new string('x', 10_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
    }

    [Fact]
    public async Task Clients_that_are_slow_on_purpose_are_let_go()
    {
        await using var platform = await StartAsync(("GODWIT_HEADER_TIMEOUT", "1"));
        AssertRefused(await RawConnection.SendAsync(platform.Reached, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "), 408);
        var body = await RawConnection.SendAsync(platform.Reached, "POST /v1/notes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"text\"");
        Assert.StartsWith("HTTP/1.1 408 ", body, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request-timeout\"", body, StringComparison.Ordinal);
    }

    private static void AssertRefused(string answer, int status)
    {
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Single(answer.Split("HTTP/1.1 ")[1..]);
        var (head, body) = (answer.Split("\r\n\r\n", 2)[0], answer.Split("\r\n\r\n", 2)[1]);
        Assert.Contains("Content-Type: application/problem+json", head, StringComparison.Ordinal);
        Assert.Contains("X-Frame-Options: DENY", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Server:", head, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(body);
        Assert.Equal(status, document.RootElement.GetProperty("status").GetInt32());
        Assert.Matches("^[0-9a-f]{32}$", document.RootElement.GetProperty("traceId").GetString());
    }

    private static async Task<string> AssertAsync(Platform platform, HttpRequestMessage request, int status, string code, string title, Action<HttpResponseMessage>? more = null)
    {
        using var answer = await platform.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        Assert.DoesNotContain("Q7Z", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        Assert.Equal(
            ("urn:godwit:problem:" + code, title, status, code, title),
            (root.GetProperty("type").GetString(), root.GetProperty("title").GetString(), root.GetProperty("status").GetInt32(), root.GetProperty("code").GetString(), root.GetProperty("error").GetString()));
        Assert.NotEqual("", root.GetProperty("detail").GetString());
        more?.Invoke(answer);
        return root.GetProperty("traceId").GetString()!;
    }

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    private static HttpRequestMessage Post(string body, string type) => new(HttpMethod.Post, "/v1/notes") { Content = new StringContent(body, Encoding.UTF8, type) };
}
