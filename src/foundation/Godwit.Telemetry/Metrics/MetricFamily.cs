using System.Collections.Concurrent;

namespace Godwit.Telemetry.Metrics;

/// <summary>One metric: its name, kind and help, and a series for each set of labels, as many as may be.</summary>
internal sealed class MetricFamily(MetricName name, MetricKind kind, string help, double[] bounds, MetricLimits limits)
{
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], MetricSeries> _byTags = new(TagsComparer.Instance);
    private readonly Dictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public MetricName Name => name;

    public MetricKind Kind => kind;

    public string Help => help;

    /// <summary>Where a measurement with these labels belongs.</summary>
    /// <param name="overflowed">There are as many series as may be: it is the one for the rest.</param>
    public MetricSeries Series(ReadOnlySpan<KeyValuePair<string, object?>> tags, out bool overflowed)
    {
        overflowed = false;
        var lookup = _byTags.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        if (lookup.TryGetValue(tags, out var known))
            return known;
        var labels = LabelText.Of(tags, kind, limits.LongestLabel);
        lock (_gate)
        {
            if (!_series.TryGetValue(labels, out var series))
            {
                overflowed = _series.Count >= limits.MostSeries;
                if (overflowed)
                    labels = LabelText.Overflow;
                if (!overflowed || !_series.TryGetValue(labels, out series))
                    _series[labels] = series = new MetricSeries(labels, bounds);
            }
            // The same labels in another order are another key of the same series; of those, too, no more than a few are kept.
            if (!overflowed && _byTags.Count < 4 * limits.MostSeries && IsSmall(tags))
                lookup[tags] = series;
            return series;
        }
    }

    /// <summary>Worth keeping as it was given: nothing that is long, or that holds who knows what.</summary>
    private bool IsSmall(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length > 16)
            return false;
        foreach (var (name, value) in tags)
        {
            var small = value is string text ? text.Length <= limits.LongestLabel : value is null or bool or Enum || value.GetType().IsPrimitive;
            if (!small || name.Length > limits.LongestLabel)
                return false;
        }
        return true;
    }

    /// <summary>What an observable instrument does not report any more is gone.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _byTags.Clear();
            _series.Clear();
        }
    }

    /// <summary>In the order of their labels.</summary>
    public List<MetricSeries> All()
    {
        lock (_gate)
            return [.. _series.Values.OrderBy(s => s.Labels, StringComparer.Ordinal)];
    }
}
