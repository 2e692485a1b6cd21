namespace Godwit.Telemetry.Metrics;

/// <summary>What a measurement does to its series.</summary>
internal enum MetricAction
{
    Add,
    Set,
    Observe,
}
