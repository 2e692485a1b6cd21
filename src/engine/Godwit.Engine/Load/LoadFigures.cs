using System.Globalization;

namespace Godwit.Engine.Load;

/// <summary>What a load test has seen: numbers only.</summary>
public sealed record LoadFigures
{
    /// <summary>From the first scenario to the last answer.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>How long scenarios were begun.</summary>
    public required TimeSpan Generating { get; init; }

    /// <summary>Scenarios begun a second that were asked for, at most.</summary>
    public required double WantedRate { get; init; }

    /// <summary>Scenarios that were begun.</summary>
    public required long Begun { get; init; }

    /// <summary>Scenarios that were due and not begun, since too many were under way.</summary>
    public required long Dropped { get; init; }

    /// <summary>Requests with an answer, whatever it says.</summary>
    public required long Answered { get; init; }

    /// <summary>Requests without an answer, or with one that is not as expected.</summary>
    public required long Failed { get; init; }

    /// <summary>Requests that were given up when the test was stopped: neither answered nor failed.</summary>
    public required long GivenUp { get; init; }

    /// <summary>Scenarios that are under way.</summary>
    public required int InFlight { get; init; }

    /// <summary>Of the answers' bodies.</summary>
    public required long Bytes { get; init; }

    /// <summary>From when each request was due to the last byte of its answer; one without an answer in time counts with the time that it was waited for.</summary>
    public required LatencyFigures Latency { get; init; }

    /// <summary>How late scenarios were begun: the generator's own delay, which is part of the latencies.</summary>
    public required LatencyFigures Late { get; init; }

    public required IReadOnlyDictionary<int, long> Statuses { get; init; }

    /// <summary>Failed requests by what was the matter.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    public required IReadOnlyList<RequestFigures> Requests { get; init; }

    /// <summary>Answers a second, of the time in which scenarios were begun.</summary>
    public double Rate => Generating > TimeSpan.Zero ? Answered / Generating.TotalSeconds : 0;

    /// <summary>Failed requests and dropped scenarios, of all that ended or were dropped: from 0 to 1.</summary>
    public double ErrorShare => Ended + Dropped is > 0 and var all ? (double)(Failed + Dropped) / all : 0;

    private long Ended => Requests.Sum(r => r.Ended);

    /// <summary>By name, as the journal keeps it.</summary>
    public Dictionary<string, string> Evidence()
    {
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["begun"] = Number(Begun), ["dropped"] = Number(Dropped), ["answered"] = Number(Answered), ["failed"] = Number(Failed), ["bytes"] = Number(Bytes),
            ["seconds"] = Generating.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), ["rate"] = $"{Rate.ToString("0.0", CultureInfo.InvariantCulture)}/s",
            ["errors"] = Share(ErrorShare), ["latency"] = Latency.ToString(), ["begun late"] = Late.ToString(),
        };
        foreach (var (status, count) in Statuses) evidence[$"status {Number(status)}"] = Number(count);
        foreach (var (error, count) in Errors) evidence[$"error: {error}"] = Number(count);
        if (Requests.Count > 1)
        {
            foreach (var request in Requests) evidence[$"request {request.Name}"] = $"{Number(request.Ended)}, failed {Number(request.Failed)}, {request.Latency}";
        }
        return evidence;
    }

    public static string Share(double share) => (share * 100).ToString("0.###", CultureInfo.InvariantCulture) + " %";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <param name="Ended">Answered, or failed.</param>
public sealed record RequestFigures(string Name, long Ended, long Failed, LatencyFigures Latency);

/// <summary>A distribution of latencies; a quantile is off by at most 0.4 % (<see cref="LatencyHistogram"/>).</summary>
public sealed record LatencyFigures(TimeSpan P50, TimeSpan P95, TimeSpan P99, TimeSpan Largest, TimeSpan Mean)
{
    public static LatencyFigures Of(LatencyHistogram histogram) =>
        new(histogram.Quantile(0.5), histogram.Quantile(0.95), histogram.Quantile(0.99), histogram.Largest, histogram.Mean);

    public override string ToString() => $"p50 {Write(P50)}, p95 {Write(P95)}, p99 {Write(P99)}, max {Write(Largest)}";

    public static string Write(TimeSpan latency) => latency.TotalMilliseconds.ToString(latency.TotalMilliseconds < 100 ? "0.##" : "0", CultureInfo.InvariantCulture) + " ms";
}
