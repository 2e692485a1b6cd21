using System.Text;

namespace Godwit.Telemetry.Metrics;

/// <summary>
/// Names by Prometheus's convention: <c>godwit.redis.errors</c>, a counter, is <c>godwit_redis_errors_total</c>; <c>http.server.request.duration</c> in <c>s</c> is <c>http_server_request_duration_seconds</c>
/// (https://prometheus.io/docs/practices/naming/). A unit is part of the name, in full; counts of things (<c>{request}</c>) have none.
/// </summary>
/// <param name="Family">Without <c>_total</c>: what OpenMetrics calls the metric.</param>
/// <param name="Unit">What stands in the UNIT line; empty when there is none.</param>
internal readonly record struct MetricName(string Family, string Unit)
{
    private static readonly Dictionary<string, string> s_units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds", ["ms"] = "milliseconds", ["us"] = "microseconds", ["ns"] = "nanoseconds", ["min"] = "minutes", ["h"] = "hours", ["d"] = "days",
        ["By"] = "bytes", ["KiBy"] = "kibibytes", ["MiBy"] = "mebibytes", ["%"] = "percent", ["Cel"] = "celsius",
    };

    public static MetricName Of(string instrument, string? unit, MetricKind kind)
    {
        var family = Safe(instrument, colons: true);
        if (kind == MetricKind.Counter && family.Length > "_total".Length && family.EndsWith("_total", StringComparison.Ordinal))
            family = family[..^"_total".Length];
        var word = Word(unit, kind);
        if (word.Length > 0 && family != word && !family.EndsWith("_" + word, StringComparison.Ordinal))
            family += "_" + word;
        return new MetricName(family, word);
    }

    /// <summary>A label's name. Those that begin with two underscores are Prometheus's own.</summary>
    public static string Label(string name)
    {
        var safe = Safe(name, colons: false);
        return safe.StartsWith("__", StringComparison.Ordinal) ? "label" + safe : safe;
    }

    private static string Word(string? unit, MetricKind kind) => unit switch
    {
        null or "" => "",
        "1" => kind == MetricKind.Gauge ? "ratio" : "",
        ['{', ..] => "",
        _ when s_units.TryGetValue(unit, out var word) => word,
        _ => unit.All(char.IsAsciiLetterLower) ? unit : "",
    };

    private static string Safe(string name, bool colons)
    {
        var safe = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            if (safe.Length == 0 && char.IsAsciiDigit(c))
                safe.Append('_');
            safe.Append(char.IsAsciiLetterOrDigit(c) || (colons && c == ':') ? c : '_');
        }
        return safe.Length == 0 ? "_" : safe.ToString();
    }
}
