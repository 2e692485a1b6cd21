using System.Diagnostics;
using System.Globalization;

namespace Godwit.TestServers;

/// <summary>Debian's etcd, one member, without a service of the system's: where Patroni's nodes agree on who leads.</summary>
internal sealed class Etcd : IAsyncDisposable
{
    public const string Program = "/usr/bin/etcd";

    private readonly Process _process;

    private Etcd(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <param name="folder">The server account's; its data and its log go there.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<Etcd> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var (client, peer) = (FreePorts.Next(), FreePorts.Next());
        var (here, there) = (Url(client), Url(peer));
        var process = Background.Start(
            Program,
            [
                "--name", "one", "--data-dir", Path.Combine(folder, "etcd"), "--listen-client-urls", here, "--advertise-client-urls", here, "--listen-peer-urls", there,
                "--initial-advertise-peer-urls", there, "--initial-cluster", $"one={there}", "--unsafe-no-fsync",
            ],
            folder, Path.Combine(folder, "etcd.log"));
        using var asking = new HttpClient();
        await Patience.UntilAsync(async () => await Answers.OkAsync(asking, $"{here}/health", cancellationToken), process.WaitForExitAsync(cancellationToken), () => File.ReadAllText(Path.Combine(folder, "etcd.log")));
        return new Etcd(process, client);
    }

    public void Signal() => ProcessTree.Signal(_process.Id);

    public async ValueTask DisposeAsync()
    {
        await ProcessTree.KillAsync(_process.Id);
        _process.Dispose();
    }

    private static string Url(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
}
