using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Godwit.Postgres.Clusters;
using Npgsql;

namespace Godwit.TestServers;

/// <summary>
/// A streaming standby of a <see cref="PostgresServer"/>, called <c>standby</c> in synchronous_standby_names, which follows it by way of a proxy: silent, it falls behind.
/// The primary needs <see cref="PrimarySettings"/>.
/// </summary>
public sealed class StandbyServer : IAsyncDisposable
{
    /// <summary>For the primary; with <c>synchronous_standby_names</c> a commit waits for the standby.</summary>
    public static IReadOnlyDictionary<string, string> PrimarySettings { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["wal_level"] = "replica", ["max_wal_senders"] = "4", ["synchronous_commit"] = "on",
    };

    private readonly string folder;
    private readonly string data;
    private readonly string programs;
    private readonly string superuser;

    private StandbyServer(PostgresServer primary, string folder)
    {
        this.folder = folder;
        data = Path.Combine(folder, "data");
        programs = PostgresVersions.Require(primary.Major);
        superuser = primary.Connection("postgres", superuser: true).ConnectionString;
        Stream = CuttingProxy.Before("127.0.0.1", primary.Port);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    /// <summary>What the standby follows through.</summary>
    public CuttingProxy Stream { get; }

    public static async Task<StandbyServer> FollowAsync(PostgresServer primary, CancellationToken cancellationToken = default)
    {
        var place = Directory.CreateTempSubdirectory("godwit-standby-").FullName;
        ServerAccount.Current().Own(place);
        File.Copy(Path.Combine(Path.GetDirectoryName(primary.DataFolder)!, "godwit.conf"), Path.Combine(place, "godwit.conf"));
        ServerAccount.Current().Own(Path.Combine(place, "godwit.conf"));
        var standby = new StandbyServer(primary, place);
        var owner = primary.Connection("postgres", superuser: true);
        // Written into the standby's own settings by -R.
        var from = $"host=127.0.0.1 port={standby.Stream.Port} user={owner.Username} password={owner.Password} application_name=standby";
        await standby.RunAsync("pg_basebackup", ["-D", standby.data, "-d", from, "-R", "-X", "stream", "-c", "fast"], cancellationToken);
        await standby.RunAsync(
            "pg_ctl", ["-D", standby.data, "-w", "-l", Path.Combine(place, "log"), "-o", $"-p {standby.Port.ToString(CultureInfo.InvariantCulture)} -k {place}", "start"], cancellationToken);
        return standby;
    }

    /// <summary>Makes it the primary; returns when it takes writes.</summary>
    public Task PromoteAsync(CancellationToken cancellationToken = default) => RunAsync("pg_ctl", ["-D", data, "-w", "promote"], cancellationToken);

    public async Task ExecuteAsync(string sql) => await AskAsync(sql);

    /// <summary>Asks it, as the superuser.</summary>
    public async Task<object?> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(superuser) { Port = Port }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(data, "postmaster.pid")))
            await ProcessTree.KillAsync(int.Parse(File.ReadLines(Path.Combine(data, "postmaster.pid")).First(), CultureInfo.InvariantCulture));
        await Stream.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Runs a program of PostgreSQL as the servers' account.</summary>
    internal async Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (file, all) = ServerAccount.Current().Wrap(Path.Combine(programs, program), arguments);
        // pg_ctl's server would keep a pipe open: what it says goes to its log.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >\"$0\" 2>&1", Path.Combine(folder, "out"), file, .. all]) { WorkingDirectory = folder, UseShellExecute = false })!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended {process.ExitCode}: {await File.ReadAllTextAsync(Path.Combine(folder, "out"), cancellationToken)}");
    }
}
