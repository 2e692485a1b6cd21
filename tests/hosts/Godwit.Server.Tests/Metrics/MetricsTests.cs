using System.Diagnostics;
using System.Text.RegularExpressions;
using Godwit.Server.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Server.Tests.Metrics;

public sealed partial class MetricsTests(PostgresServers servers)
{
    private async Task<Platform> StartAsync(params (string, string)[] variables) =>
        await Platform.StartAsync(await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken), [new NotesModule()], variables);

    [Fact]
    [Trait("ASVS", "13.4.5")]
    public async Task Metrics_are_on_their_port_only_and_nothing_else_is_there()
    {
        await using var platform = await StartAsync();
        Assert.Equal(404, (await platform.GetAsync("/metrics")).Status);
        Assert.Equal(404, (await platform.GetAsync(platform.MetricsUrl + "/health/live")).Status);
        using var post = await platform.Client.PostAsync(platform.MetricsUrl + "/metrics", null, TestContext.Current.CancellationToken);
        Assert.Equal(405, (int)post.StatusCode);
        // Whom a request says it is for does not matter.
        var forged = await RawConnection.SendAsync(platform.Reached, $"GET {platform.MetricsUrl}/metrics HTTP/1.1\r\nHost: {new Uri(platform.MetricsUrl).Authority}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404 ", forged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promtool_reads_them_and_has_nothing_to_say_of_names_that_are_ours()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var platform = await StartAsync(("REDIS_URL", redis.Url()));
        await AskAsync(platform);
        var (exitCode, output) = await PromtoolAsync(await platform.MetricsAsync(), "check", "metrics");
        // 3: it has read them, and has words for style. Names of the runtime's and Npgsql's are OpenTelemetry's, and the alert rules' too: a gauge that ends in _count.
        Assert.True(exitCode is 0 or 3, output);
        var ours = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.Contains("_count", StringComparison.Ordinal) || !(l.StartsWith("db_client_", StringComparison.Ordinal) || l.StartsWith("dotnet_", StringComparison.Ordinal))).ToList();
        Assert.Empty(ours);
    }

    [Fact]
    public async Task OpenMetrics_is_given_to_who_asks_for_it()
    {
        await using var platform = await StartAsync();
        Assert.EndsWith("# EOF\n", await platform.MetricsAsync("application/openmetrics-text; version=1.0.0"), StringComparison.Ordinal);
        Assert.DoesNotContain("# EOF", await platform.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_are_counted_by_template_and_never_by_path()
    {
        await using var platform = await StartAsync();
        await AskAsync(platform);
        var text = await platform.MetricsAsync();
        Assert.Matches("http_server_request_duration_seconds_count\\{[^}]*http_response_status_code=\"200\",http_route=\"/v1/notes/\\{id\\}\"[^}]*\\} 1\n", text);
        Assert.Matches("http_server_request_duration_seconds_bucket\\{[^}]*http_response_status_code=\"500\"[^}]*le=\"0.3\"", text);
        Assert.DoesNotContain("Q7Z", text, StringComparison.Ordinal);
        Assert.DoesNotContain("nowhere", text, StringComparison.Ordinal);
        Assert.Contains("godwit_server_requests_in_flight 1\n", text, StringComparison.Ordinal);
        Assert.Contains("process_start_time_seconds ", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections_total", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_gives_every_series_that_the_alert_rules_about_a_service_ask_for()
    {
        var redis = await RedisServer.StartAsync();
        await using var platform = await StartAsync(("REDIS_URL", redis.Url()));
        await redis.DisposeAsync();
        await AskAsync(platform);
        await platform.GetAsync("/health/ready");
        var given = Names().Matches(await platform.MetricsAsync()).Select(m => m.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        var rules = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "deploy", "alerts", "godwit.rules.yml"), TestContext.Current.CancellationToken);
        var service = rules[rules.IndexOf("name: godwit_service", StringComparison.Ordinal)..rules.IndexOf("name: godwit_security", StringComparison.Ordinal)];
        // Without labels, and without what stays silent as long as all is well.
        var asked = Asked().Matches(service).Select(m => m.Value).Where(a => !a.EndsWith("_name", StringComparison.Ordinal) && !a.EndsWith("_state", StringComparison.Ordinal))
            .Except(["godwit_metrics_overflow_total", "godwit_service"], StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(
            "db_client_connection_count db_client_connection_max godwit_redis_connections_total godwit_redis_errors_total http_server_request_duration_seconds_bucket http_server_request_duration_seconds_count",
            string.Join(' ', asked));
        Assert.All(asked, series => Assert.Contains(series, given));
        var text = await platform.MetricsAsync();
        Assert.Matches("db_client_connection_count\\{db_client_connection_pool_name=\"godwit-server\",db_client_connection_state=\"used\"\\}", text);
        Assert.Matches("db_client_connection_max\\{db_client_connection_pool_name=\"godwit-server\"\\} 20\n", text);
        Assert.Matches("godwit_redis_errors_total\\{kind=\"(unavailable|lost|timeout)\"\\} ", text);
    }

    private static async Task AskAsync(Platform platform)
    {
        foreach (var path in (string[])["/v1/notes/Q7Z", "/nowhere/Q7Z", "/v1/broken", "/v1/one", "/health/ready"])
        {
            using var answer = await platform.Client.GetAsync(path, TestContext.Current.CancellationToken);
        }
        // A figure is taken when the answer has gone out: the next one on the connection comes after it.
        await Patience.UntilAsync(async () => (await platform.MetricsAsync()).Contains("http_route=\"/health/ready\"", StringComparison.Ordinal));
    }

    private static async Task<(int ExitCode, string Output)> PromtoolAsync(string input, params string[] arguments)
    {
        const string Program = "/usr/bin/promtool";
        if (!File.Exists(Program)) throw new SkipTestException("the package prometheus is not installed");
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    [GeneratedRegex("^(?<name>[a-z_0-9]+)[{ ]", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Names();

    [GeneratedRegex("\\b(http_server|db_client|godwit)_[a-z_]+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Asked();
}
