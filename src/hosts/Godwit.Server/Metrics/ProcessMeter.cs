using System.Diagnostics;
using System.Diagnostics.Metrics;
using Godwit.Http.Requests;
using Godwit.Server.Health;

namespace Godwit.Server.Metrics;

/// <summary>What the runtime's own meter does not tell.</summary>
internal sealed class ProcessMeter : IDisposable
{
    private readonly Meter _meter = new("Godwit.Server");

    public ProcessMeter(ServerClock clock, RequestsInFlight inFlight)
    {
        // The convention's name, which Prometheus's own tools read.
        var started = new DateTimeOffset(Process.GetCurrentProcess().StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0;
        _meter.CreateObservableGauge("process.start_time", () => started, "s", "When the process began, in seconds since 1970.");
        _meter.CreateObservableGauge("process.resident_memory", static () => Environment.WorkingSet, "By", "Memory that the process has.");
        _meter.CreateObservableGauge("process.open_fds", static () => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(), null, "Open file descriptors.");
        _meter.CreateObservableGauge("godwit.server.uptime", () => clock.Uptime.TotalSeconds, "s", "How long the host has served.");
        _meter.CreateObservableGauge("godwit.server.requests_in_flight", () => inFlight.Count, null, "Requests that are being answered, the one for this figure among them.");
        _meter.CreateObservableGauge("godwit.build.info", static () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", ServerClock.Version)), null, "Always 1; the label says what is running.");
    }

    public void Dispose() => _meter.Dispose();
}
