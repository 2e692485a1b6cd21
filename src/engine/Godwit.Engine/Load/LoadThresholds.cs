using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;

namespace Godwit.Engine.Load;

/// <summary>What the figures of a load test have to be.</summary>
public sealed record LoadThresholds
{
    private static readonly Shape.Duration s_latency = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));

    public LatencyThresholds Latency { get; init; } = LatencyThresholds.None;

    /// <summary>From 0 to 1.</summary>
    public double? Errors { get; init; }

    /// <summary>Answers a second.</summary>
    public double? Rate { get; init; }

    /// <summary>Of requests by name.</summary>
    public IReadOnlyDictionary<string, LatencyThresholds> Requests { get; init; } = new Dictionary<string, LatencyThresholds>(StringComparer.Ordinal);

    private static Field[] LatencyFields { get; } =
    [
        new("p50", s_latency, "What half of the latencies may be at most"),
        new("p95", s_latency, "What 95 % of them may be at most"),
        new("p99", s_latency, "What 99 % of them may be at most"),
        new("max", s_latency, "What the longest of them may be at most"),
    ];

    public static Shape.Map Shape { get; } = new(
    [
        .. LatencyFields,
        new Field("errors", new Shape.Number(0, 1), "The share of failed requests and dropped scenarios that there may be at most: 0.001 is one of a thousand") { Default = "0.01" },
        new Field("rate", new Shape.Number(0, 1_000_000), "How many answers a second there have to be at least"),
        new Field("requests", new Shape.Named(new Shape.Map(LatencyFields) { Name = "thresholds of a request", Description = "What the latencies of one request may be" }), "What the latencies of single requests may be, by their names"),
    ])
    {
        Name = "thresholds",
        Description = "What the figures of a load test have to be",
    };

    public static LoadThresholds Read(JsonObject settings) => new()
    {
        Latency = LatencyThresholds.Read(settings),
        Errors = (double?)settings.NumberOrNull("errors"),
        Rate = (double?)settings.NumberOrNull("rate"),
        Requests = settings.NamedMaps("requests").ToDictionary(r => r.Key, r => LatencyThresholds.Read(r.Value), StringComparer.Ordinal),
    };

    /// <summary>What was missed, each in words; none when all of it holds.</summary>
    public IReadOnlyList<string> FindMissed(LoadFigures figures)
    {
        List<string> missed = [.. Latency.FindMissed("", figures.Latency)];
        if (figures.Answered == 0) missed.Add("nothing was answered");
        if (figures.ErrorShare > Errors) missed.Add($"errors are {LoadFigures.Share(figures.ErrorShare)}, and may be {LoadFigures.Share(Errors.Value)}{(figures.Dropped > 0 ? $" ({figures.Dropped.ToString(CultureInfo.InvariantCulture)} dropped)" : "")}");
        if (figures.Rate < Rate) missed.Add(string.Create(CultureInfo.InvariantCulture, $"{figures.Rate:0.#} answers a second, and had to be {Rate:0.#}"));
        foreach (var (name, thresholds) in Requests)
        {
            if (figures.Requests.FirstOrDefault(r => r.Name == name) is { Ended: > 0 } seen) missed.AddRange(thresholds.FindMissed($"{name}: ", seen.Latency));
            else missed.Add($"{name} was never answered");
        }
        return missed;
    }
}

/// <summary>What latencies may be at most.</summary>
public sealed record LatencyThresholds(TimeSpan? P50, TimeSpan? P95, TimeSpan? P99, TimeSpan? Largest)
{
    public static LatencyThresholds None { get; } = new(null, null, null, null);

    public static LatencyThresholds Read(JsonObject settings) =>
        new(settings.DurationOrNull("p50"), settings.DurationOrNull("p95"), settings.DurationOrNull("p99"), settings.DurationOrNull("max"));

    internal IEnumerable<string> FindMissed(string prefix, LatencyFigures figures)
    {
        (string Name, TimeSpan Seen, TimeSpan? Most)[] all = [("p50", figures.P50, P50), ("p95", figures.P95, P95), ("p99", figures.P99, P99), ("max", figures.Largest, Largest)];
        return all.Where(a => a.Seen > a.Most).Select(a => $"{prefix}{a.Name} is {LatencyFigures.Write(a.Seen)}, and may be {LatencyFigures.Write(a.Most!.Value)}");
    }
}
