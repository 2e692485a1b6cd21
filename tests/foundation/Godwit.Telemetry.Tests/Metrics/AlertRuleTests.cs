using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Godwit.Telemetry.Metrics;
using Godwit.TestServers;

namespace Godwit.Telemetry.Tests.Metrics;

/// <summary>The rules in deploy/alerts, by the program that Prometheus comes with.</summary>
public sealed class AlertRuleTests
{
    private static SortedSet<string> Bounds(string text) => new(Regex.Matches(text, "http_server_request_duration_seconds_bucket\\{le=\"([^\"]+)\"").Select(m => m.Groups[1].Value), StringComparer.Ordinal);

    private static string Folder => Path.Combine(RepositoryFolder.Path, "deploy", "alerts");

    [Fact]
    public async Task Prometheus_reads_the_rules()
    {
        var (exitCode, output) = await Promtool.RunAsync("", "check", "rules", Path.Combine(Folder, "godwit.rules.yml"));
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Each_alert_fires_beyond_its_threshold_for_its_time_and_not_at_it()
    {
        var (exitCode, output) = await Promtool.RunAsync("", "test", "rules", Path.Combine(Folder, "godwit.tests.yml"));
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task The_latency_that_is_tested_has_the_buckets_that_are_exposed()
    {
        using var meter = new Meter("Microsoft.AspNetCore.Hosting");
        using var metrics = new MetricCollection(MetricMeters.OfGodwit);
        // As ASP.NET Core makes it, with its own advice, in which there is no 0.3.
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] };
        meter.CreateHistogram("http.server.request.duration", "s", "Duration of HTTP server requests.", null, advice).Record(0.2);
        var text = metrics.Expose(ExpositionFormat.Prometheus);
        Assert.Contains("le=\"0.3\"", text, StringComparison.Ordinal);
        var tests = await File.ReadAllTextAsync(Path.Combine(Folder, "godwit.tests.yml"), TestContext.Current.CancellationToken);
        Assert.Equal(Bounds(text), Bounds(tests));
    }

    [Theory]
    [InlineData("Godwit.Redis")]
    [InlineData("Godwit.Identity")]
    [InlineData("Microsoft.AspNetCore.Hosting")]
    [InlineData("Npgsql")]
    public void Every_meter_that_an_alert_needs_is_listened_to(string meter) => Assert.True(MetricMeters.OfGodwit(meter));

    [Fact]
    public void Each_alert_has_a_test_in_which_it_fires()
    {
        var tests = File.ReadAllText(Path.Combine(Folder, "godwit.tests.yml"));
        var alerts = File.ReadLines(Path.Combine(Folder, "godwit.rules.yml")).Where(l => l.TrimStart().StartsWith("- alert: ", StringComparison.Ordinal)).Select(l => l.Split(": ")[1].Trim()).ToList();
        Assert.Equal(26, alerts.Count);
        Assert.All(alerts, alert => Assert.Contains($"        alertname: {alert}\n        exp_alerts: [{{", tests, StringComparison.Ordinal));
    }
}
