using System.Diagnostics;
using System.Globalization;
using Godwit.Postgres.Clusters;

namespace Godwit.TestServers;

/// <summary>Debian's redis-server on a loopback port, in a folder of its own that goes with it. It keeps nothing on disk, can be killed, stopped and started again on its port, and knows DEBUG.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/redis-server";

    private const int Stop = 19, Continue = 18;

    private readonly string _folder;
    private Process _process;

    private RedisServer(Process process, string folder, int port) => (_process, _folder, Port) = (process, folder, port);

    public int Port { get; }

    public int ProcessId => _process.Id;

    /// <param name="settings">Lines of redis.conf on top of the usual ones; <c>{folder}</c> is the server's folder, <c>{port}</c> the port.</param>
    /// <param name="prepare">Puts files into the folder before the server starts.</param>
    public static async Task<RedisServer> StartAsync(string settings = "", Action<string>? prepare = null)
    {
        if (!File.Exists(Program))
            throw new SkipTestException("the package redis-server is not installed");
        var folder = Directory.CreateTempSubdirectory("godwit-redis-").FullName;
        var port = FreePorts.Next();
        prepare?.Invoke(folder);
        var file = Path.Combine(folder, "redis.conf");
        var number = port.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(
            file,
            $$"""
            bind 127.0.0.1
            port {{number}}
            dir {{folder}}
            save ""
            appendonly no
            daemonize no
            enable-debug-command local
            {{settings.Replace("{folder}", folder, StringComparison.Ordinal).Replace("{port}", number, StringComparison.Ordinal)}}

            """);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder).Append(folder))
            ServerAccount.Current().Own(path);
        return new RedisServer(await LaunchAsync(folder), folder, port);
    }

    public string Url(string userInfo = "") => $"redis://{userInfo}127.0.0.1:{Port}";

    /// <summary>kill -9, and its end.</summary>
    public Task KillAsync() => ProcessTree.KillAsync(_process.Id);

    /// <summary>On the same port, with nothing of what it held.</summary>
    public async Task StartAgainAsync()
    {
        _process.Dispose();
        _process = await LaunchAsync(_folder);
    }

    /// <summary>Neither answers nor closes anything until <see cref="GoOn"/>.</summary>
    public void Freeze() => ProcessTree.Signal(_process.Id, Stop);

    public void GoOn() => ProcessTree.Signal(_process.Id, Continue);

    public async ValueTask DisposeAsync()
    {
        await ProcessTree.KillAsync(_process.Id);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<Process> LaunchAsync(string folder)
    {
        var log = Path.Combine(folder, "log");
        File.Delete(log);
        var process = Background.Start(Program, [Path.Combine(folder, "redis.conf")], folder, log);
        await Patience.UntilAsync(
            () => Task.FromResult(File.Exists(log) && File.ReadAllText(log).Contains("Ready to accept connections", StringComparison.Ordinal)),
            process.WaitForExitAsync(),
            () => File.ReadAllText(log));
        return process;
    }
}
