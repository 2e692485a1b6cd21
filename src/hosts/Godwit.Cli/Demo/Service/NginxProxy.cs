using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Godwit.Engine.Processes;
using Godwit.Engine.Secrets;

namespace Godwit.Cli.Demo.Service;

/// <summary>An nginx of the demo's own, in a folder of its own: it ends with this process, whatever becomes of that.</summary>
internal sealed class NginxProxy : KeyProxy
{
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(10), s_look = TimeSpan.FromMilliseconds(30);

    private readonly CancellationTokenSource _stop;
    private readonly Task<CommandEnd> _running;

    private NginxProxy(int port, CancellationTokenSource stop, Task<CommandEnd> running) => (Port, _stop, _running) = (port, stop, running);

    public override string Name => "nginx";

    public override int Port { get; }

    /// <summary>A folder that paths of users often lack.</summary>
    public static string? Find() => Environment.GetEnvironmentVariable("GODWIT_DEMO_PROXY") == "plain" ? null : ChildProgram.Find("nginx", ".") ?? ChildProgram.Find("/usr/sbin/nginx", ".");

    public static async Task<KeyProxy> StartAsync(string program, ProxySettings settings, TimeProvider time, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = LoopbackPorts.Free();
            var configuration = Path.Combine(settings.Folder, "nginx.conf");
            var errors = Path.Combine(settings.Folder, "error.log");
            await File.WriteAllTextAsync(configuration, Configuration(settings, port), cancellation);
            var stop = new CancellationTokenSource();
            var running = RunAsync(program, ["-c", configuration, "-p", settings.Folder, "-e", errors], settings.Folder, time, stop.Token);
            if (await AnswersAsync(port, settings, running, time, cancellation)) return new NginxProxy(port, stop, running);
            await stop.CancelAsync();
            await running;
            stop.Dispose();
            // Somebody else took the port, for instance; with the reason there is something to mend.
            if (attempt >= 3) throw new IOException($"nginx does not start: {LastLine(errors)}; with GODWIT_DEMO_PROXY=plain the demo does without it");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private static async Task<CommandEnd> RunAsync(string program, IReadOnlyList<string> arguments, string folder, TimeProvider time, CancellationToken stop)
    {
        try
        {
            return await ChildProgram.RunAsync(program, arguments, ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], folder, ChildProgram.Longest, new SecretValues(), time, stop);
        }
        catch (OperationCanceledException)
        {
            return new CommandEnd.TookTooLong("");
        }
    }

    /// <summary>Whether it is this one that listens: its process is in its file.</summary>
    private static async Task<bool> AnswersAsync(int port, ProxySettings settings, Task running, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (!running.IsCompleted && time.GetElapsedTime(began) < s_start)
        {
            try
            {
                using var attempt = new TcpClient();
                await attempt.ConnectAsync(IPAddress.Loopback, port, cancellation);
                if (File.Exists(settings.PidFile)) return true;
            }
            catch (SocketException)
            {
                // Not yet.
            }
            await Task.Delay(s_look, time, cancellation);
        }
        return false;
    }

    private static string LastLine(string errors) => File.Exists(errors) ? File.ReadLines(errors).LastOrDefault() ?? "it says nothing" : "it says nothing";

    private static string Configuration(ProxySettings settings, int port) => string.Create(CultureInfo.InvariantCulture, $$"""
        daemon off;
        {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
        worker_processes 1;
        pid "{{settings.PidFile}}";
        events {}
        http {
            access_log "{{settings.AccessLog}}";
            # A connection that is kept would go on asking the workers of before a reload.
            keepalive_timeout 0;
            client_body_temp_path "{{settings.Folder}}/body";
            proxy_temp_path "{{settings.Folder}}/proxy";
            fastcgi_temp_path "{{settings.Folder}}/fastcgi";
            uwsgi_temp_path "{{settings.Folder}}/uwsgi";
            scgi_temp_path "{{settings.Folder}}/scgi";
            include "{{settings.RouteFile}}";
            upstream blue { server 127.0.0.1:{{settings.Blue}}; }
            upstream green { server 127.0.0.1:{{settings.Green}}; }
            server {
                listen 127.0.0.1:{{port}};
                proxy_set_header Host 127.0.0.1;
                location / { proxy_pass http://$release; }
                location /blue/ { access_log off; proxy_pass http://blue/; }
                location /green/ { access_log off; proxy_pass http://green/; }
            }
        }

        """);
}
