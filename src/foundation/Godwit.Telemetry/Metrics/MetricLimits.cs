namespace Godwit.Telemetry.Metrics;

/// <summary>How much a collection holds. A label whose values come from outside would otherwise take all memory, here and in Prometheus.</summary>
public sealed record MetricLimits
{
    public static readonly MetricLimits Default = new();

    /// <summary>Series of one metric; what comes with further labels is counted in one series with <c>overflow="true"</c>.</summary>
    public int MostSeries { get; init; } = 1000;

    /// <summary>Metrics; further instruments are not listened to.</summary>
    public int MostMetrics { get; init; } = 1000;

    /// <summary>Characters of a label's value; of a longer one the rest is cut, and the last nine are of its hash.</summary>
    public int LongestLabel { get; init; } = 200;
}
