using System.Diagnostics;
using System.Globalization;
using Godwit.Postgres.Clusters;

namespace Godwit.TestServers;

/// <summary>Debian's Prometheus in a folder of its own, which looks at one exporter five times a second.</summary>
public sealed class Prometheus : IAsyncDisposable
{
    private const string Program = "/usr/bin/prometheus";

    private readonly Process process;
    private readonly string folder;

    private Prometheus(Process process, string folder, string url) => (this.process, this.folder, Url) = (process, folder, url);

    public string Url { get; }

    /// <param name="exporter">Its address; it answers under <c>/metrics</c>.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<Prometheus> StartAsync(string exporter, CancellationToken cancellationToken)
    {
        if (!File.Exists(Program)) throw new SkipTestException("the package prometheus is not installed");
        var place = Directory.CreateTempSubdirectory("godwit-prometheus-").FullName;
        ServerAccount.Current().Own(place);
        var (file, log) = (Path.Combine(place, "prometheus.yml"), Path.Combine(place, "log"));
        await File.WriteAllTextAsync(
            file,
            $$"""
            global: {scrape_interval: 200ms, scrape_timeout: 200ms}
            scrape_configs:
              - job_name: shop
                static_configs: [{targets: ["{{new Uri(exporter).Authority}}"]}]

            """, cancellationToken);
        ServerAccount.Current().Own(file);
        var port = FreePorts.Next().ToString(CultureInfo.InvariantCulture);
        var url = $"http://127.0.0.1:{port}";
        var started = Background.Start(Program, [$"--config.file={file}", $"--storage.tsdb.path={place}/data", $"--web.listen-address=127.0.0.1:{port}"], place, log);
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Patience.UntilAsync(() => Answers.OkAsync(client, $"{url}/-/ready", cancellationToken), started.WaitForExitAsync(cancellationToken), () => File.ReadAllText(log));
        return new Prometheus(started, place, url);
    }

    public async ValueTask DisposeAsync()
    {
        await ProcessTree.KillAsync(process.Id);
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
