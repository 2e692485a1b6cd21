using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Godwit.Postgres.Clusters;

namespace Godwit.TestServers;

/// <summary>Debian's PgBouncer before a test database, on a free loopback port. It takes anybody without a password.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/pgbouncer";

    private readonly Process process;
    private readonly string folder;

    private PgBouncer(Process process, string folder, int port) => (this.process, this.folder, Port) = (process, folder, port);

    public int Port { get; }

    /// <param name="mode"><c>session</c>, <c>transaction</c> or <c>statement</c>.</param>
    public static async Task<PgBouncer> StartAsync(TestDatabase database, string mode, CancellationToken cancellationToken = default)
    {
        if (!File.Exists(Program))
            throw new SkipTestException("the package pgbouncer is not installed");
        var account = ServerAccount.Current();
        var place = Directory.CreateTempSubdirectory("godwit-bouncer-").FullName;
        var port = FreePort();
        var file = Path.Combine(place, "pgbouncer.ini");
        await File.WriteAllTextAsync(
            file,
            $"""
            [databases]
            {database.Name} = host=127.0.0.1 port={database.Server.Port} user={LocalCluster.Role} password={database.Server.Password}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {mode}

            """,
            cancellationToken);
        account.Own(place);
        account.Own(file);
        var (program, arguments) = account.Wrap(Program, ["--quiet", file]);
        var started = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = place, UseShellExecute = false })!;
        var bouncer = new PgBouncer(started, place, port);
        while (!started.HasExited && !await AnswersAsync(port, cancellationToken))
            await Task.Delay(10, cancellationToken);
        return !started.HasExited ? bouncer : throw new InvalidOperationException("pgbouncer ended at once");
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
