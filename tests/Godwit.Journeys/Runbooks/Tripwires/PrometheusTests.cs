using Godwit.TestServers;
using Microsoft.AspNetCore.Http;

namespace Godwit.Journeys.Runbooks.Tripwires;

/// <summary>Debian's Prometheus, which scrapes a service of the test.</summary>
[Trait("Category", "Soak")]
public sealed class PrometheusTests(PostgresServers servers)
{
    /// <summary>The highest of two hosts: one number.</summary>
    private const string Watched = "{id: errors, metric: 'max(shop_errors)', above: 5, every: 200ms, baseline: 1s, no_data: 2s, action: rollback, phases: [backfill, switch, observe]}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_figure_that_leaves_its_bounds_takes_the_run_back()
    {
        var errors = 1;
        await using var shop = await ShopAsync(() => errors);
        await using var prometheus = await Prometheus.StartAsync(shop.Url, Token);
        using var folder = await PrepareAsync(prometheus);
        var run = folder.RunAsync("run");
        await folder.UntilAtAsync("settle", run);
        errors = 6;
        var back = (await run).MustBe(6);
        Assert.Contains("tripwire errors: 6", back.Output + back.Error, StringComparison.Ordinal);
        await folder.MustBeAsBeforeAsync();
    }

    /// <summary>A series whose exporter is gone goes stale, and is no number any more.</summary>
    [Fact]
    public async Task An_exporter_that_is_gone_pauses_the_run()
    {
        await using var shop = await ShopAsync(() => 1);
        await using var network = CuttingProxy.Before("127.0.0.1", new Uri(shop.Url).Port);
        await using var prometheus = await Prometheus.StartAsync($"http://127.0.0.1:{network.Port}", Token);
        using var folder = await PrepareAsync(prometheus);
        var run = folder.JsonAsync(5, "run");
        await folder.UntilAtAsync("settle", run);
        network.RefuseNew = true;
        network.Cut();
        Assert.Contains("Prometheus has no such series", (await run).GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    private static Task<WebService> ShopAsync(Func<int> errors) => WebService.StartAsync(
        http => http.Response.WriteAsync($"# TYPE shop_errors gauge\nshop_errors{{host=\"a\"}} {errors()}\nshop_errors{{host=\"b\"}} 0\n", http.RequestAborted), Token);

    private async Task<RunbookFolder> PrepareAsync(Prometheus prometheus)
    {
        var folder = await WatchedFolder.MakeAsync(servers, Watched);
        folder.Environment["PROMETHEUS_URL"] = prometheus.Url;
        // From the first time that it was scraped on, there is a number.
        using var client = new HttpClient();
        await Patience.UntilAsync(async () => (await client.GetStringAsync(new Uri($"{prometheus.Url}/api/v1/query?query=max(shop_errors)"), Token)).Contains("\"1\"", StringComparison.Ordinal));
        return folder;
    }
}
