using Godwit.TestServers;

namespace Godwit.Telemetry.Tests.Metrics;

/// <summary>The rules in deploy/alerts, by the program that Prometheus comes with.</summary>
public sealed class AlertRuleTests
{
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
    public void Each_alert_has_a_test_in_which_it_fires()
    {
        var tests = File.ReadAllText(Path.Combine(Folder, "godwit.tests.yml"));
        var alerts = File.ReadLines(Path.Combine(Folder, "godwit.rules.yml")).Where(l => l.TrimStart().StartsWith("- alert: ", StringComparison.Ordinal)).Select(l => l.Split(": ")[1].Trim()).ToList();
        Assert.Equal(13, alerts.Count);
        Assert.All(alerts, alert => Assert.Contains($"        alertname: {alert}\n        exp_alerts: [{{", tests, StringComparison.Ordinal));
    }
}
