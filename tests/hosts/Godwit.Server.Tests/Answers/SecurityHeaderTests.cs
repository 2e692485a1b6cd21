using Godwit.Http.Answers;
using Godwit.Server.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Server.Tests.Answers;

public sealed class SecurityHeaderTests(PostgresServers servers)
{
    [Fact]
    [Trait("ASVS", "3.2.1")]
    [Trait("ASVS", "3.4.1")]
    [Trait("ASVS", "3.4.3")]
    [Trait("ASVS", "3.4.4")]
    [Trait("ASVS", "3.4.5")]
    [Trait("ASVS", "3.4.6")]
    [Trait("ASVS", "14.2.2")]
    [Trait("ASVS", "14.3.2")]
    public async Task Every_answer_has_them_errors_and_metrics_too()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var platform = await Platform.StartAsync(database, [new NotesModule()], ("GODWIT_PUBLIC_URL", "https://platform.example.org"), ("GODWIT_CORS_ORIGINS", "https://app.example.org"));
        foreach (var path in (string[])["/health/live", "/api/health", "/nowhere", "/v1/notes/1", "/v1/broken", "/v1/notes", platform.MetricsUrl + "/metrics", platform.MetricsUrl + "/nowhere"])
        {
            using var answer = await platform.Client.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.All(SecurityHeaders.Always, header => Assert.Equal(header.Value, Assert.Single(answer.Headers.GetValues(header.Name))));
            Assert.Equal("max-age=31536000; includeSubDomains", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
            Assert.True(answer.Headers.CacheControl?.NoStore);
            Assert.Empty(answer.Headers.Server);
            Assert.False(answer.Headers.Contains("X-Powered-By"));
        }
        Assert.DoesNotContain("unsafe", SecurityHeaders.Always.First(h => h.Name == "Content-Security-Policy").Value, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("ASVS", "3.4.2")]
    public async Task A_page_of_an_origin_that_is_named_may_call_and_another_may_not()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var platform = await Platform.StartAsync(database, null, ("GODWIT_CORS_ORIGINS", "https://app.example.org"));
        Assert.Equal("https://app.example.org", await AllowedAsync(platform, "https://app.example.org"));
        Assert.Null(await AllowedAsync(platform, "https://evil.example.org"));
    }

    private static async Task<string?> AllowedAsync(Platform platform, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Add("Origin", origin);
        using var answer = await platform.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) ? allowed.Single() : null;
    }
}
