using System.Globalization;

namespace Godwit.Postgres.Clusters;

/// <summary>
/// A private PostgreSQL server in a folder: Godwit's embedded default, and what the tests run on. It listens on the loopback address and a unix
/// socket, asks for a password (SCRAM) on both, and syncs to disk. A server that somebody else started is never touched: every act is on
/// the data folder of this cluster. All methods may be called at any time, by several processes at once, and again.
/// </summary>
public sealed class LocalCluster(string folder, ClusterOptions? options = null)
{
    private readonly ClusterOptions options = options ?? new ClusterOptions();

    /// <summary>The role that owns the databases: no superuser, may create databases.</summary>
    public const string Role = ClusterRoles.Role;

    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>A libpq password file (mode 0600) with the role's password for this server, whichever way it is reached.</summary>
    public string PassFile => ClusterPlace.Existing(Folder, options).PassFile;

    /// <summary>The file (mode 0600) that holds the role's password.</summary>
    public string RolePasswordFile => ClusterPlace.Existing(Folder, options).RolePassword;

    /// <summary>The file (mode 0600) that holds the superuser's password; the superuser is <c>postgres</c>.</summary>
    public string SuperuserPasswordFile => ClusterPlace.Existing(Folder, options).SuperuserPassword;

    /// <summary>The server's log.</summary>
    public string LogFile => ClusterPlace.Existing(Folder, options).Log;

    public ClusterStatus Status()
    {
        var place = ClusterPlace.Existing(Folder, options);
        if (!place.HasData)
            return new ClusterStatus(ClusterState.Absent, null, null, null, null, null);
        var version = PrivateFiles.Read(Path.Combine(place.Data, "PG_VERSION"));
        return PostmasterFile.OfRunningServer(place.Data) is { } server
            ? new ClusterStatus(ClusterState.Running, place.Data, version, server.ProcessId, server.Port, server.SocketFolder)
            : new ClusterStatus(ClusterState.Stopped, place.Data, version, null, null, null);
    }

    /// <summary>Makes the cluster where there is none, starts it where it does not run, and sees to its role.</summary>
    public async Task<ClusterStatus> UpAsync(CancellationToken cancellationToken = default)
    {
        var account = ServerAccount.Current();
        ClusterPlace.MakeFolder(Folder, account);
        using var held = await ClusterLock.TakeAsync(Folder, options, cancellationToken);
        var place = await ClusterPlace.PrepareAsync(Folder, account, options, cancellationToken);
        if (Status().State != ClusterState.Running)
        {
            var binaries = await FindBinariesAsync(place, cancellationToken);
            if (!place.HasData)
                await ClusterCreation.CreateAsync(place, binaries, account, options, cancellationToken);
            await new ClusterServer(place, binaries, account, options).StartAsync(cancellationToken);
        }

        var status = Status();
        if (status is not { State: ClusterState.Running, Port: { } port })
            throw new ClusterException("the server ended as soon as it had started", $"its log is {place.Log}");
        await new ClusterRoles(place, port).EnsureRoleAsync(cancellationToken);
        WritePassFile(place, status);
        return status;
    }

    /// <summary>Stops the server, if it runs, after rolling back what is open. The data stays. Returns whether a server was stopped.</summary>
    public async Task<bool> DownAsync(CancellationToken cancellationToken = default)
    {
        if (Status().State == ClusterState.Absent)
            return false;
        using var held = await ClusterLock.TakeAsync(Folder, options, cancellationToken);
        if (Status().State != ClusterState.Running)
            return false;
        var place = ClusterPlace.Existing(Folder, options);
        var binaries = await FindBinariesAsync(place, cancellationToken);
        await new ClusterServer(place, binaries, ServerAccount.Current(), options).StopAsync(cancellationToken);
        return true;
    }

    /// <summary>Lets <see cref="Role"/> apply the changes of a live move under foreign keys. The server must run.</summary>
    public Task AllowLiveMovesAsync(CancellationToken cancellationToken = default) => Roles().AllowLiveMovesAsync(cancellationToken);

    /// <summary>Makes the database, owned by <see cref="Role"/>, where there is none. Returns whether it was made. The server must run.</summary>
    public Task<bool> EnsureDatabaseAsync(string name, CancellationToken cancellationToken = default) =>
        Roles().EnsureDatabaseAsync(name, cancellationToken);

    /// <summary>Drops the database, if there is one, and ends the sessions on it. The server must run.</summary>
    public Task DropDatabaseAsync(string name, CancellationToken cancellationToken = default) =>
        Roles().DropDatabaseAsync(name, cancellationToken);

    /// <summary>The URL of a database, without a password. The server must run.</summary>
    public string UrlOf(string database) => $"postgres://{Role}@127.0.0.1:{RunningPort()}/{Uri.EscapeDataString(database)}";

    private ClusterRoles Roles() => new(ClusterPlace.Existing(Folder, options), RunningPort());

    private int RunningPort() =>
        Status() is { State: ClusterState.Running, Port: { } port }
            ? port
            : throw new ClusterException($"no server runs on {Folder}", "start it: godwit dev up");

    private Task<ServerBinaries> FindBinariesAsync(ClusterPlace place, CancellationToken cancellationToken)
    {
        int? major = place.HasData
            ? int.Parse(PrivateFiles.Read(Path.Combine(place.Data, "PG_VERSION"))!, CultureInfo.InvariantCulture)
            : null;
        return ServerBinaries.FindAsync(options.BinFolder, major, cancellationToken);
    }

    private static void WritePassFile(ClusterPlace place, ClusterStatus status)
    {
        var password = PrivateFiles.ReadOrMakeSecret(place.RolePassword);
        string?[] hosts = ["127.0.0.1", "localhost", status.SocketFolder];
        var lines = hosts.OfType<string>().Select(h =>
            $"{h.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal)}:{status.Port}:*:{Role}:{password}\n");
        var text = string.Concat(lines);
        if (PrivateFiles.Read(place.PassFile) != text.TrimEnd('\n'))
            PrivateFiles.Write(place.PassFile, text);
    }
}
