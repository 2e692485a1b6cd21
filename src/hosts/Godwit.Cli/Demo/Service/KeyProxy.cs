using System.Globalization;
using System.Text.RegularExpressions;

namespace Godwit.Cli.Demo.Service;

/// <summary>What stands in front of both releases, and sends to each the share that the runbook's route writes: nginx, or a plain one of the demo's own where that is not installed.</summary>
/// <param name="Folder">Its files: configuration, process id, access log.</param>
/// <param name="RouteFile">What the runbook writes.</param>
/// <param name="Blue">Where blue listens.</param>
/// <param name="Green">Where green listens.</param>
internal sealed partial record ProxySettings(string Folder, string RouteFile, int Blue, int Green)
{
    /// <summary>As the runbook's route leaves it before, and gives it back.</summary>
    public const string AllBlue = "split_clients $request_id $release { * blue; }\n";

    public string PidFile => Path.Combine(Folder, "proxy.pid");

    public string AccessLog => Path.Combine(Folder, "access.log");

    /// <summary>Of a hundred requests, how many the file sends to green.</summary>
    public int ReadShare()
    {
        try
        {
            return Share().Match(File.ReadAllText(RouteFile)) is { Success: true } match ? int.Parse(match.Groups["share"].Value, CultureInfo.InvariantCulture) : 0;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return 0;
        }
    }

    [GeneratedRegex("(?<share>[0-9]+)% green", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Share();
}

internal abstract class KeyProxy : IAsyncDisposable
{
    public abstract string Name { get; }

    public abstract int Port { get; }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    public static async Task<KeyProxy> StartAsync(ProxySettings settings, TimeProvider time, CancellationToken cancellation)
    {
        Directory.CreateDirectory(settings.Folder);
        if (!File.Exists(settings.RouteFile)) await File.WriteAllTextAsync(settings.RouteFile, ProxySettings.AllBlue, cancellation);
        // Lines of an earlier demo are no figures of this one.
        await File.WriteAllTextAsync(settings.AccessLog, "", cancellation);
        return NginxProxy.Find() is { } nginx ? await NginxProxy.StartAsync(nginx, settings, time, cancellation) : PlainProxy.Start(settings, time);
    }

    public abstract ValueTask DisposeAsync();
}
