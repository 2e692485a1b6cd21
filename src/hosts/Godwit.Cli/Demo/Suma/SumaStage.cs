using Godwit.Cli.Demo.Service;
using Godwit.Postgres.Clusters;
using Npgsql;

namespace Godwit.Cli.Demo.Suma;

/// <summary>Everything that the demo takes place on.</summary>
internal sealed record SumaStage(
    NpgsqlConnection Connection, SumaTraffic Traffic, SumaDirectory Directory, DemoFolder Folder, LocalCluster Cluster, string Program, TimeProvider Time) : IAsyncDisposable
{
    private readonly int _port = LoopbackPorts.Kept(Path.Combine(Folder.Path, "service.port"));

    /// <summary>Null while it is stopped.</summary>
    public SumaService? Service { get; private set; }

    /// <summary>Where it is, whenever it is up.</summary>
    public string ServiceUrl => FormattableString.Invariant($"http://127.0.0.1:{_port}");

    public async Task StartServiceAsync(CancellationToken cancellation) => Service ??= await SumaService.StartAsync(Program, _port, Folder, Time, cancellation);

    public async Task StopServiceAsync()
    {
        if (Service is { } service) await service.DisposeAsync();
        Service = null;
    }

    public async ValueTask DisposeAsync() => await StopServiceAsync();
}
