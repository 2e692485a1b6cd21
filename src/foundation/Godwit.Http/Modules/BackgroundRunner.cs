using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Godwit.Http.Modules;

/// <summary>Keeps the work of all modules going.</summary>
public sealed partial class BackgroundRunner(IReadOnlyList<BackgroundWork> works, TimeProvider time, ILogger<BackgroundRunner> logger) : BackgroundService
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    private static readonly Meter s_meter = new("Godwit.Http");

    private static readonly Counter<long> s_faults = s_meter.CreateCounter<long>("godwit.background.faults", null, "Times that background work failed, by work.");

    // Work that blocks before its first wait must not keep the host from starting.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(works.Select(w => Task.Run(() => KeepAsync(w, stoppingToken), CancellationToken.None)));

    private async Task KeepAsync(BackgroundWork work, CancellationToken stopping)
    {
        var pause = s_shortest;
        while (!stopping.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            try
            {
                await work.RunAsync(stopping);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                s_faults.Add(1, new KeyValuePair<string, object?>("work", work.Name));
                if (time.GetElapsedTime(began) > s_longest) pause = s_shortest;
                Failed(logger, fault, work.Name, pause);
            }
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < s_longest ? pause * 2 : s_longest;
        }
    }

    [LoggerMessage(2110, LogLevel.Error, "{work} failed and begins again in {pause} s", EventName = "BackgroundWorkFailed")]
    private static partial void Failed(ILogger logger, Exception fault, string work, TimeSpan pause);
}
