using Godwit.Server.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Server.Tests.Health;

public sealed class HealthTests(PostgresServers servers)
{
    private async Task<TestDatabase> DatabaseAsync() => await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task Live_says_version_and_uptime()
    {
        await using var platform = await Platform.StartAsync(await DatabaseAsync());
        var (status, body) = await platform.GetAsync("/health/live");
        Assert.Equal((200, "live"), (status, body.RootElement.GetProperty("status").GetString()));
        Assert.Equal("0.1.0", body.RootElement.GetProperty("version").GetString());
        Assert.InRange(body.RootElement.GetProperty("uptimeSeconds").GetDouble(), 0, 3600);
    }

    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/api/health")]
    public async Task Ready_says_what_was_looked_at(string path)
    {
        await using var platform = await Platform.StartAsync(await DatabaseAsync());
        var (status, body) = await platform.GetAsync(path);
        Assert.Equal(200, status);
        Assert.Equal("ready", body.RootElement.GetProperty("status").GetString());
        Assert.Equal("""{"database":"passed"}""", body.RootElement.GetProperty("checks").GetRawText());
    }

    [Fact]
    public async Task A_database_that_is_killed_makes_it_unready_and_one_that_is_back_ready_again()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: TestContext.Current.CancellationToken);
        var module = new NotesModule();
        await using var platform = await Platform.StartAsync(await server.CreateDatabaseAsync(TestContext.Current.CancellationToken), [module]);
        Assert.Equal("1", await platform.Client.GetStringAsync("/v1/one", TestContext.Current.CancellationToken));
        await server.KillAsync(TestContext.Current.CancellationToken);
        await UntilAsync(platform, 503);
        using (var answer = await platform.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken))
        {
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter?.Delta);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains("\"checks\":{\"database\":\"failed\",\"notes\":\"passed\"}", text, StringComparison.Ordinal);
            Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
            Assert.DoesNotContain(server.Password, text, StringComparison.Ordinal);
        }
        Assert.Equal(200, (await platform.GetAsync("/health/live")).Status);
        await server.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(platform, 200);
        // One that finds a connection of before may fail; those after it do not.
        await Patience.UntilAsync(async () =>
        {
            using var answer = await platform.Client.GetAsync("/v1/one", TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        });
        Assert.DoesNotContain(server.Password, platform.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_that_is_killed_or_frozen_degrades_it_and_does_not_make_it_unready()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var platform = await Platform.StartAsync(await DatabaseAsync(), null, ("REDIS_URL", redis.Url()));
        await UntilAsync(platform, "ready");
        redis.Freeze();
        await UntilAsync(platform, "degraded");
        Assert.Equal(200, (await platform.GetAsync("/health/ready")).Status);
        redis.GoOn();
        await UntilAsync(platform, "ready");
        await redis.KillAsync();
        await UntilAsync(platform, "degraded");
        Assert.Equal("""{"database":"passed","redis":"failed"}""", (await platform.GetAsync("/health/ready")).Body.RootElement.GetProperty("checks").GetRawText());
        Assert.Matches("godwit_redis_errors_total\\{kind=\"(timeout|unavailable|lost)\"\\} [1-9]", await platform.MetricsAsync());
        await redis.StartAgainAsync();
        await UntilAsync(platform, "ready");
    }

    [Fact]
    public async Task Probes_are_no_load_however_many_ask()
    {
        var module = new NotesModule();
        await using var platform = await Platform.StartAsync(await DatabaseAsync(), [module]);
        var began = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => platform.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken)));
        Assert.InRange(module.Checked, 1, 1 + (int)Math.Ceiling(TimeProvider.System.GetElapsedTime(began).TotalSeconds));
    }

    [Fact]
    public async Task A_modules_check_that_fails_is_named_and_its_fault_is_nobodys()
    {
        var module = new NotesModule { Well = false };
        await using var platform = await Platform.StartAsync(await DatabaseAsync(), [module]);
        var (status, body) = await platform.GetAsync("/health/ready");
        Assert.Equal(503, status);
        Assert.Equal("""{"database":"passed","notes":"failed"}""", body.RootElement.GetProperty("checks").GetRawText());
        Assert.DoesNotContain("Q7Z", body.RootElement.GetRawText() + platform.Log.Text, StringComparison.Ordinal);
        Assert.Contains("\"event\":\"HealthCheckFailed\"", platform.Log.Text, StringComparison.Ordinal);
        Assert.Contains("godwit_health_passed{check=\"notes\"} 0", await platform.MetricsAsync(), StringComparison.Ordinal);
    }

    private static Task UntilAsync(Platform platform, int status) => Patience.UntilAsync(async () => (await platform.GetAsync("/health/ready")).Status == status, tell: () => platform.Log.Text);

    private static Task UntilAsync(Platform platform, string status) =>
        Patience.UntilAsync(async () => (await platform.GetAsync("/health/ready")).Body.RootElement.GetProperty("status").ToString() == status, tell: () => platform.Log.Text);
}
