using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Godwit.TestServers;

/// <summary>Debian's nginx in a folder of its own, in the foreground of this process, without a service of the system's.</summary>
public sealed class Nginx : IAsyncDisposable
{
    public const string Program = "/usr/sbin/nginx";

    private readonly Process _process;

    private Nginx(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static bool IsInstalled => File.Exists(Program);

    /// <param name="folder">Where its files go; <c>nginx.conf</c> and <c>nginx.pid</c> are written there.</param>
    /// <param name="http">What stands in its http block beside the basics; <c>@port@</c> is the port to listen on.</param>
    public static async Task<Nginx> StartAsync(string folder, string http)
    {
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off;
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/nginx.error;
            events {}
            http {
                access_log off;
                client_body_temp_path {{folder}}/nginx-body;
                proxy_temp_path {{folder}}/nginx-proxy;
                fastcgi_temp_path {{folder}}/nginx-fastcgi;
                uwsgi_temp_path {{folder}}/nginx-uwsgi;
                scgi_temp_path {{folder}}/nginx-scgi;
                {{http.Replace("@port@", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)}}
            }

            """);
        var process = Process.Start(new ProcessStartInfo(Program, ["-c", Path.Combine(folder, "nginx.conf"), "-p", folder, "-e", Path.Combine(folder, "nginx.error")]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardError = true })!;
        await Patience.UntilAsync(
            async () =>
            {
                try
                {
                    using var attempt = new TcpClient();
                    await attempt.ConnectAsync(IPAddress.Loopback, port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            process.WaitForExitAsync(), () => File.Exists(Path.Combine(folder, "nginx.error")) ? File.ReadAllText(Path.Combine(folder, "nginx.error")) : "");
        return new Nginx(process, port);
    }

    public async ValueTask DisposeAsync()
    {
        // SIGTERM: its workers go with it.
        ProcessTree.Signal(_process.Id, 15);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
