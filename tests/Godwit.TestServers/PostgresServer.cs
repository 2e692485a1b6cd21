using System.Security.Cryptography;
using Godwit.Postgres.Clusters;
using Npgsql;

namespace Godwit.TestServers;

/// <summary>A PostgreSQL server of the tests' own, in a temporary folder, on a free loopback port; gone when disposed.</summary>
public sealed class PostgresServer : IAsyncDisposable
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

    private PostgresServer(int major, string folder, LocalCluster cluster)
    {
        Major = major;
        this.folder = folder;
        this.cluster = cluster;
        // A run that is ended from outside leaves no server behind.
        AppDomain.CurrentDomain.ProcessExit += StopNow;
    }

    public int Major { get; }

    public int Port { get; private set; }

    public string SocketFolder { get; private set; } = "";

    public string DataFolder { get; private set; } = "";

    /// <summary>A libpq password file for the role <c>godwit</c>; give it as PGPASSFILE.</summary>
    public string PassFile => cluster.PassFile;

    /// <summary>The password of the role <c>godwit</c>.</summary>
    public string Password => File.ReadAllText(cluster.RolePasswordFile).Trim();

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
        return server;
    }

    /// <summary>A fresh, empty, UTF8 database owned by the role <c>godwit</c>.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var name = "t_" + RandomNumberGenerator.GetHexString(12, lowercase: true);
        await cluster.EnsureDatabaseAsync(name, cancellationToken);
        return new TestDatabase(this, name);
    }

    /// <summary>Settings of a connection; as the role <c>godwit</c>, or as the superuser for what only a test may do.</summary>
    public NpgsqlConnectionStringBuilder Connection(string database, bool superuser = false) => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = superuser ? "postgres" : LocalCluster.Role,
        Password = superuser ? File.ReadAllText(cluster.SuperuserPasswordFile).Trim() : Password,
        Pooling = false,
        IncludeErrorDetail = true,
        GssEncryptionMode = GssEncryptionMode.Disable,
    };

    public string Url(string database) => IsFailedOver ? $"postgres://{LocalCluster.Role}@127.0.0.1:{Port}/{database}" : cluster.UrlOf(database);

    /// <summary>Ends it for good, as a machine that is lost; from here on its connections and URLs are those of the standby, which takes over.</summary>
    public async Task FailOverAsync(StandbyServer standby, CancellationToken cancellationToken = default)
    {
        await KillAsync(cancellationToken);
        await standby.PromoteAsync(cancellationToken);
        (Port, IsFailedOver) = (standby.Port, true);
    }

    private bool IsFailedOver { get; set; }

    /// <summary>Starts it, or starts it again after a stop or a kill; crash recovery included. The port stays where it is free.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var status = await cluster.UpAsync(cancellationToken);
        Port = status.Port!.Value;
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
