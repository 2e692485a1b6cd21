using System.Net;
using System.Net.Sockets;

namespace Godwit.Postgres.Clusters;

/// <summary>Starts and stops the server on a data folder.</summary>
internal sealed class ClusterServer(ClusterPlace place, ServerBinaries binaries, ServerAccount account, ClusterOptions options)
{
    private const int PortAttempts = 5;
    private const long LogLimit = 16 * 1024 * 1024;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var socket = place.PrepareSocketFolder(account);
        await ClearRemainsAsync(socket, cancellationToken);
        // The remembered port keeps URLs valid over restarts.
        var port = int.TryParse(PrivateFiles.Read(place.PortFile), out var last) ? last : FreePort();
        for (var attempt = 1; ; attempt++)
        {
            PrivateFiles.Write(place.PortFile, $"{port}\n");
            PrivateFiles.Write(place.Configuration, ClusterConfiguration.Render(port, socket, options));
            account.Own(place.Configuration);

            var before = RollLog();
            var result = await ServerCommand.RunAsync(
                account,
                place.Home,
                binaries.PgCtl,
                ["start", "--pgdata", place.Data, "--wait", "--timeout", Seconds(), "--silent", "--log", place.Log],
                cancellationToken);
            if (result.Succeeded)
                return;

            var log = ReadLog(before);
            if (attempt < PortAttempts && log.Contains("could not bind", StringComparison.Ordinal))
            {
                port = FreePort();
                continue;
            }

            var reason = log.Split('\n').FirstOrDefault(l => l.Contains("FATAL:", StringComparison.Ordinal) || l.Contains("PANIC:", StringComparison.Ordinal));
            throw new ClusterException($"the server did not start: {reason?.Trim() ?? result.Output}", $"its log is {place.Log}");
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var result = await ServerCommand.RunAsync(
            account, place.Home, binaries.PgCtl, ["stop", "--pgdata", place.Data, "--mode", "fast", "--wait", "--timeout", Seconds(), "--silent"], cancellationToken);
        if (!result.Succeeded && PostmasterFile.OfRunningServer(place.Data) is not null)
            throw new ClusterException($"the server did not stop: {result.Output}", $"its log is {place.Log}");
    }

    /// <summary>
    /// What a killed server left. Its children end by themselves, and two servers on one folder would destroy it, so the wait comes first; a
    /// stale lock file is removed only when nothing works on the folder: its process id, used again, or of a dead process that nobody collected,
    /// would make the server refuse.
    /// </summary>
    private async Task ClearRemainsAsync(string socketFolder, CancellationToken cancellationToken)
    {
        var started = options.Time.GetTimestamp();
        while (PostmasterFile.ProcessesOn(place.Data).Any())
        {
            if (options.Time.GetElapsedTime(started) > options.Deadline)
                throw new ClusterException($"processes of an earlier server still work on {place.Data}", "wait for them to end, or end them");
            await Task.Delay(TimeSpan.FromMilliseconds(50), options.Time, cancellationToken);
        }

        File.Delete(PostmasterFile.PathIn(place.Data));
        foreach (var file in Directory.EnumerateFiles(socketFolder, ".s.PGSQL.*"))
            File.Delete(file);
    }

    /// <summary>Keeps one older log when the log is large; returns where the coming start begins to write.</summary>
    private long RollLog()
    {
        var log = new FileInfo(place.Log);
        if (!log.Exists)
            return 0;
        if (log.Length < LogLimit)
            return log.Length;
        File.Move(place.Log, place.Log + ".1", overwrite: true);
        return 0;
    }

    private string ReadLog(long from)
    {
        if (!File.Exists(place.Log))
            return "";
        using var stream = File.OpenRead(place.Log);
        stream.Seek(from, SeekOrigin.Begin);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private string Seconds() => ((int)options.Deadline.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
