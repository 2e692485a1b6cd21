using System.Security.Cryptography;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups.Physical;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;
using Godwit.Security.Files;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>A server in a folder, for one database that came out of a backup: reached over loopback with a password that only its files hold, gone when disposed of.</summary>
internal sealed class ScratchServer : IAsyncDisposable
{
    private const string Marker = "godwit-scratch", Elsewhere = "elsewhere";

    /// <summary>Replaying a day's log takes hours.</summary>
    private static readonly TimeSpan s_longestRecovery = TimeSpan.FromHours(12);

    /// <summary>How long a server that runs may answer with anything else than that it recovers.</summary>
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

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

    /// <summary>A new one of a physical backup, recovered to a restore point.</summary>
    /// <exception cref="BackupException">The point was not reached.</exception>
    public static async Task<(ScratchServer Server, IReadOnlyList<BackupCheck> Checks)> RecoverAsync(
        BackupCopy copy, BackupPlace backups, string folder, string? point, Action<string> note, TimeProvider time, CancellationToken cancellation)
    {
        var manifest = copy.Manifest!;
        var superuser = manifest.Origin.Superuser ?? "postgres";
        var goal = point ?? manifest.RestorePoint!;
        var account = ServerAccount.Current();
        var files = IPhysicalFiles.Of(copy, backups, time);
        var options = new ClusterOptions { Durable = false };
        Directory.CreateDirectory(folder, PrivateFiles.PassableMode);
        PrivateFiles.Write(Path.Combine(folder, Marker), "a scratch copy of godwit's: it may be removed\n");
        try
        {
            var where = await ClusterPlace.PrepareAsync(folder, account, options, cancellation);
            options = options with { Settings = PhysicalServer.Settings(files.Recovery(where, goal), goal) };
            var check = await files.LayOutAsync(where, account, cancellation);
            note("unpacked");
            PhysicalServer.Configure(where.Data, superuser);
            foreach (var path in Directory.EnumerateFileSystemEntries(where.Data, "*", SearchOption.AllDirectories).Append(where.Data)) account.Own(path);
            var binaries = await ServerBinaries.FindAsync(null, manifest.Origin.Version / 10_000, cancellation);
            note($"recovering to {goal}");
            try
            {
                await new ClusterServer(where, binaries, account, options).StartAsync(cancellation);
            }
            catch (ClusterException e) when (e.Message.Contains("recovery ended before configured recovery target was reached", StringComparison.Ordinal))
            {
                throw PhysicalServer.NotReached(goal, "the log of this backup ends before it");
            }
            var cluster = new LocalCluster(folder, options);
            // It may have ended again by now.
            if (cluster.Status() is not { Port: { } port } status) throw await EndedAsync(where, goal, cancellation);
            var server = new ScratchServer(cluster, port) { Socket = status.SocketFolder, Superuser = superuser };
            await PhysicalServer.MustHaveReachedAsync(await server.AwaitAsync(manifest.Origin.Name, goal, where, options, cancellation), where.Data, goal, cancellation);
            return (server, [check, new BackupCheck("restore point", true, goal)]);
        }
        catch
        {
            await EndAsync(folder);
            throw;
        }
    }

    /// <summary>
    /// pg_ctl comes back once recovery has begun; a server that then ends has not found its point. While it ends it resets connections, its process still there: that is waited for, so that what is
    /// said is why it ended.
    /// </summary>
    private async Task<PostgresTarget> AwaitAsync(string database, string point, ClusterPlace place, ClusterOptions options, CancellationToken cancellation)
    {
        var began = options.Time.GetTimestamp();
        var recovering = began;
        while (true)
        {
            try
            {
                return await ReachAsync(database, cancellation);
            }
            catch (ClusterException e) when (_cluster.Status().State == ClusterState.Running)
            {
                if (e.Message.Contains("57P03", StringComparison.Ordinal)) recovering = options.Time.GetTimestamp();
                if (options.Time.GetElapsedTime(recovering) > s_longestSilence || options.Time.GetElapsedTime(began) > s_longestRecovery) throw;
                await Task.Delay(s_poll, options.Time, cancellation);
            }
            catch (ClusterException)
            {
                throw await EndedAsync(place, point, cancellation);
            }
        }
    }

    private static async Task<BackupException> EndedAsync(ClusterPlace place, string point, CancellationToken cancellation)
    {
        var log = await File.ReadAllTextAsync(place.Log, cancellation);
        return PhysicalServer.NotReached(point, log.Contains("recovery ended before configured recovery target was reached", StringComparison.Ordinal)
            ? "the log of this backup ends before it" : $"the server ended while it recovered: {log.Split('\n').LastOrDefault(l => l.Contains("FATAL", StringComparison.Ordinal) || l.Contains("PANIC", StringComparison.Ordinal))?.Trim()}");
    }

    /// <summary>Of a recovered server: this user is let in over its socket, as its superuser.</summary>
    private string? Socket { get; init; }

    private string Superuser { get; init; } = "postgres";

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
        if (Socket is { } socket)
        {
            var local = PostgresUrl.Parse($"postgres://{Uri.EscapeDataString(Superuser)}@{Uri.EscapeDataString(socket)}:{Port}/{Uri.EscapeDataString(database)}", ConnectionEnvironment.Process with { Variable = _ => null }).Url!;
            var seen = await PostgresTarget.ConnectAsync(local, ConnectionEnvironment.Process with { Variable = name => name == "PGPASSFILE" ? "/dev/null" : null }, cancellation);
            return seen.Target ?? throw new ClusterException(string.Join("; ", seen.Findings.Where(f => f.Severity == Severity.Error).Select(f => f.Message)));
        }
        var password = SuperuserPassword;
        var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSWORD" ? password : null };
        var url = PostgresUrl.Parse($"postgres://postgres@127.0.0.1:{Port}/{Uri.EscapeDataString(database)}?sslmode=disable", environment).Url!;
        var reading = await PostgresTarget.ConnectAsync(url, environment, cancellation);
        return reading.Target ?? throw new ClusterException(string.Join("; ", reading.Findings.Select(f => f.Message)));
    }

    /// <summary>Lets a role in, with a password that only this server's files hold; a new one replaces what the backup brought along.</summary>
    public async Task<string> AdmitAsync(NpgsqlConnection superuser, string role, string database, CancellationToken cancellation)
    {
        var password = role == "postgres" && Socket is null ? SuperuserPassword : RandomNumberGenerator.GetHexString(48, lowercase: true);
        if (role != "postgres" || Socket is not null)
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

    /// <summary>
    /// Stops it, and leaves its data folder to whoever wants it, on the disk: while it recovered nothing was synced, since most scratch servers are thrown away. What was set for the recovery is
    /// taken out. Until the marker goes, last of all, it is removed if this process is killed.
    /// </summary>
    public async Task KeepAsync(CancellationToken cancellation)
    {
        await _cluster.DownAsync(cancellation);
        var place = ClusterPlace.Existing(Folder, new ClusterOptions());
        await File.WriteAllTextAsync(Path.Combine(place.Data, "postgresql.conf"), "# Restored by godwit: put your configuration here.\n", cancellation);
        await File.WriteAllTextAsync(Path.Combine(place.Data, "pg_hba.conf"), "# Restored by godwit: nobody gets in until you say who.\n", cancellation);
        await SyncAsync(place, cancellation);
        var data = Path.Combine(place.Folder, "data");
        if (place.Home != place.Folder)
        {
            Directory.Move(place.Data, data);
            Directory.Delete(place.Home, recursive: true);
        }
        var marker = Path.Combine(place.Folder, Marker);
        foreach (var entry in Directory.EnumerateFileSystemEntries(place.Folder).Where(e => e != data && e != marker).ToList())
        {
            if (Directory.Exists(entry)) Directory.Delete(entry, recursive: true);
            else File.Delete(entry);
        }
        FolderSync.Flush(place.Folder);
        File.Delete(marker);
        FolderSync.Flush(place.Folder);
        FolderSync.Flush(Path.GetDirectoryName(place.Folder)!);
    }

    /// <summary>Every file of it, as initdb does (https://www.postgresql.org/docs/current/app-initdb.html).</summary>
    private static async Task SyncAsync(ClusterPlace place, CancellationToken cancellation)
    {
        var major = int.Parse(PrivateFiles.Read(Path.Combine(place.Data, "PG_VERSION"))!, System.Globalization.CultureInfo.InvariantCulture);
        var binaries = await ServerBinaries.FindAsync(null, major, cancellation);
        var synced = await ServerCommand.RunAsync(ServerAccount.Current(), place.Home, binaries.InitDb, ["--sync-only", "--pgdata", place.Data], cancellation);
        if (!synced.Succeeded) throw new ClusterException($"the restored files cannot be brought to the disk: {synced.Output}");
    }

    public ValueTask DisposeAsync() => new(RemoveAsync(Folder));

    /// <summary>Ends what runs in a folder, or in a folder of it, and removes what of it lies elsewhere.</summary>
    public static async Task EndAsync(string folder)
    {
        if (!Directory.Exists(folder)) return;
        if (PrivateFiles.Read(Path.Combine(folder, Elsewhere)) is { } elsewhere) await RemoveAsync(elsewhere);
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
        await StagingFolder.DeleteAsync(folder);
    }

    /// <summary>A folder in staging for as long as there is a server in another one, by which that is found when this process is killed.</summary>
    public static StagingFolder StandFor(string staging, string folder)
    {
        var made = StagingFolder.Create(staging, passable: false, EndAsync);
        PrivateFiles.Write(Path.Combine(made.Path, Elsewhere), folder + "\n");
        return made;
    }

    public static Task SweepAsync(string staging) => StagingFolder.SweepAsync(staging, EndAsync);
}
