using System.Security.Cryptography;
using Godwit.Engine.Backups;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>A server in a folder, for one database that came out of a backup: reached over loopback with a password that only its files hold, gone when disposed of.</summary>
internal sealed class ScratchServer : IAsyncDisposable
{
    private const string Marker = "godwit-scratch";

    private readonly LocalCluster _cluster;

    private ScratchServer(LocalCluster cluster, int port) => (_cluster, Port) = (cluster, port);

    public int Port { get; }

    public string Folder => _cluster.Folder;

    public string PassFile => Path.Combine(Folder, "scratch.pgpass");

    private string SuperuserPassword => File.ReadAllText(_cluster.SuperuserPasswordFile).Trim();

    /// <summary>A new one.</summary>
    public static async Task<ScratchServer> StartAsync(string folder, int major, CancellationToken cancellation)
    {
        var programs = await ServerBinaries.FindAsync(binFolder: null, dataMajor: major, cancellation);
        var cluster = new LocalCluster(folder, new ClusterOptions { BinFolder = programs.Folder, Durable = false, Settings = Settings });
        Directory.CreateDirectory(folder, PrivateFiles.PassableMode);
        PrivateFiles.Write(Path.Combine(folder, Marker), "a scratch copy of godwit's: it may be removed\n");
        try
        {
            var status = await cluster.UpAsync(cancellation);
            return new ScratchServer(cluster, status.Port!.Value);
        }
        catch
        {
            await EndAsync(folder);
            throw;
        }
    }

    private static Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal)
    {
        ["max_connections"] = "100",
        ["autovacuum"] = "off",
        ["max_locks_per_transaction"] = "256",
        ["shared_buffers"] = "128MB",
        ["max_logical_replication_workers"] = "0",
    };

    /// <summary>A target, as the superuser.</summary>
    public async Task<PostgresTarget> ReachAsync(string database, CancellationToken cancellation)
    {
        var password = SuperuserPassword;
        var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSWORD" ? password : null };
        var url = PostgresUrl.Parse($"postgres://postgres@127.0.0.1:{Port}/{Uri.EscapeDataString(database)}?sslmode=disable", environment).Url!;
        var reading = await PostgresTarget.ConnectAsync(url, environment, cancellation);
        return reading.Target ?? throw new ClusterException(string.Join("; ", reading.Findings.Select(f => f.Message)));
    }

    /// <summary>Lets a role in, with a password that only this server's files hold; a new one replaces what the backup brought along.</summary>
    public async Task<string> AdmitAsync(NpgsqlConnection superuser, string role, string database, CancellationToken cancellation)
    {
        var password = role == "postgres" ? SuperuserPassword : RandomNumberGenerator.GetHexString(48, lowercase: true);
        if (role != "postgres")
        {
            await using var quiet = new NpgsqlCommand("SET log_min_error_statement = 'panic'", superuser);
            await quiet.ExecuteNonQueryAsync(cancellation);
            await using var admit = new NpgsqlCommand($"ALTER ROLE {Quoted(role)} LOGIN PASSWORD '{password}' VALID UNTIL 'infinity'", superuser);
            await admit.ExecuteNonQueryAsync(cancellation);
        }
        PrivateFiles.Write(PassFile, string.Concat(((string[])["127.0.0.1", "localhost"]).Select(h => $"{h}:{Port}:*:{Escaped(role)}:{password}\n")));
        return $"postgres://{Uri.EscapeDataString(role)}@127.0.0.1:{Port}/{Uri.EscapeDataString(database)}?sslmode=disable";
    }

    internal static string Quoted(string name) => '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);

    public ValueTask DisposeAsync() => new(RemoveAsync(Folder));

    /// <summary>Ends what runs in a folder, or in a folder of it, and removes what of it lies elsewhere.</summary>
    public static async Task EndAsync(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var place in Directory.EnumerateDirectories(folder).Prepend(folder).Where(f => File.Exists(Path.Combine(f, Marker))))
        {
            var home = ClusterPlace.Existing(place, new ClusterOptions()).Home;
            await new LocalCluster(place, new ClusterOptions()).DownAsync();
            if (home != Path.GetFullPath(place) && Directory.Exists(home)) Directory.Delete(home, recursive: true);
        }
    }

    /// <summary>Ends it, and removes its folder.</summary>
    public static async Task RemoveAsync(string folder)
    {
        if (!File.Exists(Path.Combine(folder, Marker))) return;
        await EndAsync(folder);
        Directory.Delete(folder, recursive: true);
    }

    public static Task SweepAsync(string staging) => StagingFolder.SweepAsync(staging, EndAsync);
}
