using Godwit.Postgres.Clusters;

namespace Godwit.TestServers;

/// <summary>A PostgreSQL server of the tests' own, in a temporary folder, on a free loopback port; gone when disposed.</summary>
public sealed class PostgresServer : DatabaseServer, IAsyncDisposable
{
    private static readonly Dictionary<string, string> TestSettings = new(StringComparer.Ordinal)
    {
        ["max_connections"] = "200",
        ["shared_buffers"] = "64MB",
        ["max_wal_size"] = "1GB",
        ["autovacuum"] = "off",
    };

    private readonly LocalCluster cluster;
    private readonly string folder;
    private int port;

    private PostgresServer(int major, string folder, LocalCluster cluster)
    {
        Major = major;
        this.folder = folder;
        this.cluster = cluster;
        // A run that is ended from outside leaves no server behind.
        AppDomain.CurrentDomain.ProcessExit += StopNow;
    }

    public int Major { get; }

    public override int Port => port;

    public string SocketFolder { get; private set; } = "";

    public string DataFolder { get; private set; } = "";

    public override string PassFile => cluster.PassFile;

    public override string Password => File.ReadAllText(cluster.RolePasswordFile).Trim();

    protected override string SuperuserPassword => File.ReadAllText(cluster.SuperuserPasswordFile).Trim();

    public string Log => File.ReadAllText(cluster.LogFile);

    /// <summary>A server of its own, which a test may kill, stop and restart.</summary>
    /// <param name="durable">Real fsync: for tests that kill the server.</param>
    /// <param name="home">Where the data goes, a small file system for instance.</param>
    /// <param name="settings">Settings of postgresql.conf.</param>
    public static async Task<PostgresServer> StartAsync(
        int major, bool durable = false, string? home = null, IReadOnlyDictionary<string, string>? settings = null, CancellationToken cancellationToken = default)
    {
        var place = Directory.CreateTempSubdirectory("godwit-test-").FullName;
        // As root, the server is another user's process and has to get in.
        File.SetUnixFileMode(place, File.GetUnixFileMode(place) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var options = new ClusterOptions
        {
            BinFolder = PostgresVersions.Require(major),
            Durable = durable,
            Home = home,
            Settings = TestSettings.Concat(settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
                .GroupBy(s => s.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal),
        };
        var server = new PostgresServer(major, place, new LocalCluster(place, options));
        await server.StartAsync(cancellationToken);
        // Here and nowhere else: it is said for all databases of the server, and two that say it at the same time meet.
        await server.cluster.AllowLiveMovesAsync(cancellationToken);
        return server;
    }

    public override string Url(string database) => IsFailedOver ? $"postgres://{LocalCluster.Role}@127.0.0.1:{Port}/{database}" : cluster.UrlOf(database);

    /// <summary>Ends it for good, as a machine that is lost; from here on its connections and URLs are those of the standby, which takes over.</summary>
    public async Task FailOverAsync(StandbyServer standby, CancellationToken cancellationToken = default)
    {
        await KillAsync(cancellationToken);
        await standby.PromoteAsync(cancellationToken);
        (port, IsFailedOver) = (standby.Port, true);
    }

    /// <summary>Hands over to the standby, as one does for maintenance, and comes back as a standby itself: nothing is lost. From here on its connections and URLs are those of the new primary.</summary>
    public async Task SwitchOverAsync(StandbyServer standby, CancellationToken cancellationToken = default)
    {
        await StopAsync(cancellationToken);
        await standby.PromoteAsync(cancellationToken);
        var signal = Path.Combine(DataFolder, "standby.signal");
        await File.WriteAllTextAsync(signal, "", cancellationToken);
        ServerAccount.Current().Own(signal);
        await standby.RunAsync("pg_ctl", ["-D", DataFolder, "-w", "-l", Path.Combine(DataFolder, "standby.log"), "start"], cancellationToken);
        (port, IsFailedOver) = (standby.Port, true);
    }

    protected override Task CreateAsync(string database, CancellationToken cancellationToken) => cluster.EnsureDatabaseAsync(database, cancellationToken);

    private bool IsFailedOver { get; set; }

    /// <summary>Starts it, or starts it again after a stop or a kill; crash recovery included. The port stays where it is free.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var status = await cluster.UpAsync(cancellationToken);
        port = status.Port!.Value;
        SocketFolder = status.SocketFolder!;
        DataFolder = status.DataFolder!;
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => cluster.DownAsync(cancellationToken);

    /// <summary>An immediate shutdown: every session is told and ended, nothing is written any more; the next start recovers from the log.</summary>
    public async Task StopImmediatelyAsync(CancellationToken cancellationToken = default)
    {
        if (cluster.Status().ProcessId is { } server)
            await ProcessTree.QuitAsync(server, cancellationToken);
    }

    /// <summary>kill -9 of the server and all its processes, as a power cut would end them; returns when they are gone.</summary>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        if (cluster.Status().ProcessId is { } server)
            await ProcessTree.KillAsync(server, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= StopNow;
        await KillAsync();
        Directory.Delete(DataFolder, recursive: true);
        Directory.Delete(folder, recursive: true);
    }

    private void StopNow(object? sender, EventArgs e)
    {
        if (cluster.Status().ProcessId is { } server)
            ProcessTree.Signal(server);
    }
}
