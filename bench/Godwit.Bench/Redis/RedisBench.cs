using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Godwit.Bench.Timing;
using Godwit.Redis;
using Godwit.Redis.Commands;
using Godwit.Redis.Settings;

namespace Godwit.Bench.Redis;

/// <summary>GET over one connection with so many in flight: redis-benchmark, then the client with as many callers who each wait for their own answer, then with one caller who asks that many at once; in turn.</summary>
internal static class RedisBench
{
    private const string Key = "godwit:bench";

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var (runs, requests, pipeline) = (Option(arguments, "--runs", 5), Option(arguments, "--requests", 1_000_000), Option(arguments, "--pipeline", 16));
        var folder = Directory.CreateTempSubdirectory("godwit-bench-redis-").FullName;
        var port = RandomNumberGenerator.GetInt32(15000, 32000);
        using var server = Process.Start(new ProcessStartInfo(
            "redis-server", ["--bind", "127.0.0.1", "--port", $"{port}", "--dir", folder, "--save", "", "--appendonly", "no", "--logfile", Path.Combine(folder, "log")]))!;
        try
        {
            await using var client = new RedisClient(new RedisSettings { Host = "127.0.0.1", Port = port, CommandTimeout = TimeSpan.FromSeconds(5) });
            while (!await ReachedAsync(client) && !server.HasExited)
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            await client.SendAsync(RedisCommand.Of("SET", Key, "0123456789abcdef"));
            var samples = new Samples();
            for (var run = 0; run <= runs; run++)
            {
                var peer = Peer(port, requests, pipeline);
                var callers = await MeasureAsync(() => CallersAsync(client, requests, pipeline), requests);
                var batches = await MeasureAsync(() => BatchesAsync(client, requests, pipeline), requests);
                // The first round warms up.
                if (run == 0)
                    continue;
                samples.Add("peer", peer);
                samples.Add("callers", callers.Rate);
                samples.Add("callers cpu", callers.Processor);
                samples.Add("batches", batches.Rate);
                samples.Add("batches cpu", batches.Processor);
            }
            Report(samples, pipeline);
            return 0;
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Report(Samples samples, int pipeline)
    {
        var peer = samples.Median("peer");
        Console.WriteLine($"| GET over one connection, {pipeline} in flight | answers/s | redis-benchmark -c 1 -P {pipeline} | redis-benchmark's rate over it | bar | processor µs a command |");
        Console.WriteLine("|---|---:|---:|---:|---|---:|");
        foreach (var (name, text) in ((string, string)[])[("callers", $"{pipeline} callers"), ("batches", $"one caller, {pipeline} at once")])
        {
            var rate = samples.Median(name);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {text} | {rate:N0} | {peer:N0} | {peer / rate:0.00} | at most 1.3 | {samples.Median(name + " cpu"):0.00} |"));
        }
    }

    private static async Task CallersAsync(RedisClient client, int requests, int callers)
    {
        var command = RedisCommand.Reading("GET", Key);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < requests / callers; i++)
                Check(await client.SendAsync(command));
        })));
    }

    private static async Task BatchesAsync(RedisClient client, int requests, int pipeline)
    {
        var command = RedisCommand.Reading("GET", Key);
        var asked = new Task<Godwit.Redis.Protocol.RespValue>[pipeline];
        for (var i = 0; i < requests / pipeline; i++)
        {
            for (var n = 0; n < pipeline; n++)
                asked[n] = client.SendAsync(command);
            for (var n = 0; n < pipeline; n++)
                Check(await asked[n]);
        }
    }

    private static void Check(Godwit.Redis.Protocol.RespValue answer)
    {
        if (answer.AsBytes() is not { Length: 16 })
            throw new BenchException("an answer is not what was stored");
    }

    private static async Task<(double Rate, double Processor)> MeasureAsync(Func<Task> work, int requests)
    {
        GC.Collect();
        var used = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        await work();
        return (requests / clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalMicroseconds / requests);
    }

    private static double Peer(int port, int requests, int pipeline)
    {
        using var process = Process.Start(new ProcessStartInfo("redis-benchmark", ["-p", $"{port}", "-c", "1", "-P", $"{pipeline}", "-n", $"{requests}", "--csv", "GET", Key]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n');
        process.WaitForExit();
        var rate = lines.Where(l => l.StartsWith("\"GET", StringComparison.Ordinal)).Select(l => l.Split("\",\"")[1]).FirstOrDefault();
        return double.TryParse(rate, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw new BenchException("redis-benchmark said something else than a rate");
    }

    private static async Task<bool> ReachedAsync(RedisClient client)
    {
        try
        {
            await client.ConnectAsync();
            return true;
        }
        catch (Godwit.Redis.Faults.RedisConnectException)
        {
            return false;
        }
    }

    private static int Option(IReadOnlyList<string> arguments, string name, int usual)
    {
        for (var i = 0; i + 1 < arguments.Count; i++)
        {
            if (arguments[i] == name)
                return int.Parse(arguments[i + 1], CultureInfo.InvariantCulture);
        }
        return usual;
    }
}
