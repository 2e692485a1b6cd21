using System.Diagnostics.Metrics;

namespace Godwit.Telemetry.Metrics;

/// <summary>
/// Listens to the instruments of this process and keeps their figures for whoever asks: counters, up-down counters, gauges and histograms, observable ones too. What is kept is bounded (<see cref="MetricLimits"/>), and
/// says when a bound was reached: <c>godwit_metrics_overflow_total</c>, <c>godwit_metrics_refused_total</c>.
/// </summary>
public sealed class MetricCollection : IDisposable
{
    /// <summary>Bounds of durations in seconds, where an instrument gives none of its own: from half a millisecond, with the thresholds of the alert rules among them.</summary>
    private static readonly double[] s_seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10];

    /// <summary>Histograms whose own bounds an alert cannot use. ASP.NET Core advises none between 0.25 and 0.5: LatencyHigh, which asks for 0.3, would guess.</summary>
    private static readonly Dictionary<string, double[]> s_named = new(StringComparer.Ordinal)
    {
        ["http.server.request.duration"] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private static readonly double[] s_others = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 100_000, 1_000_000];

    private readonly MeterListener _listener = new();
    private readonly MetricLimits _limits;
    private readonly Func<string, bool> _meters;
    private readonly IReadOnlyDictionary<string, double[]> _bounds;
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly HashSet<MetricFamily> _observed = [];
    private readonly HashSet<string> _samples = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Lock _asking = new();
    private readonly MetricFamily _overflow;
    private readonly MetricFamily _refused;
    private readonly MetricFamily _faults;

    /// <param name="meters">Which meters, by their name.</param>
    /// <param name="bounds">Buckets of histograms, by the name of the instrument; they win over what the instrument itself advises. <c>http.server.request.duration</c> has some, with 0.3 s among them, where none are given.</param>
    /// <param name="limits">How much is kept.</param>
    public MetricCollection(Func<string, bool> meters, IReadOnlyDictionary<string, double[]>? bounds = null, MetricLimits? limits = null)
    {
        (_meters, _bounds, _limits) = (meters, bounds ?? new Dictionary<string, double[]>(), limits ?? MetricLimits.Default);
        _overflow = Own("godwit.metrics.overflow", "Measurements whose labels were beyond the number of series that a metric may have, by metric.");
        _refused = Own("godwit.metrics.refused", "Instruments that are not exposed, because there are too many or because another has a name that would be the same and is of another kind.");
        _faults = Own("godwit.metrics.faults", "Observable instruments that failed when they were asked.");
        _listener.InstrumentPublished = Publish;
        _listener.SetMeasurementEventCallback<byte>((i, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<short>((i, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<int>((i, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<long>((i, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<float>((i, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<double>((i, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<decimal>((i, value, tags, state) => Record((double)value, tags, state));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>Everything as it is now, in the order of the names.</summary>
    public string Expose(ExpositionFormat format)
    {
        lock (_asking)
        {
            List<MetricFamily> observed;
            lock (_gate)
                observed = [.. _observed];
            foreach (var family in observed)
                family.Clear();
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException e)
            {
                _faults.Series([], out _).Add(e.InnerExceptions.Count);
            }
            List<MetricFamily> families;
            lock (_gate)
                families = [.. _families.Values];
            return Exposition.Write(families, format);
        }
    }

    private void Publish(Instrument instrument, MeterListener listener)
    {
        if (!_meters(instrument.Meter.Name) || Action(instrument) is not { } action)
            return;
        var kind = action is MetricAction.Observe ? MetricKind.Histogram : IsCounter(instrument) ? MetricKind.Counter : MetricKind.Gauge;
        var name = MetricName.Of(instrument.Name, instrument.Unit, kind);
        lock (_gate)
        {
            if (!_families.TryGetValue(name.Family, out var family))
            {
                if (_families.Count >= _limits.MostMetrics || !Take(name, kind))
                {
                    _refused.Series([], out _).Add(1);
                    return;
                }
                var help = instrument.Description is { Length: > 0 } said ? said : instrument.Name;
                _families[name.Family] = family = new MetricFamily(name, kind, help, kind == MetricKind.Histogram ? Bounds(instrument) : [], _limits);
            }
            // What is asked for is as it is now, and gone when it is not said: what is added up cannot stand beside it.
            else if (family.Kind != kind || _observed.Contains(family) != instrument.IsObservable)
            {
                _refused.Series([], out _).Add(1);
                return;
            }
            if (instrument.IsObservable)
                _observed.Add(family);
            listener.EnableMeasurementEvents(instrument, new Listening(family, action, instrument.IsObservable));
        }
    }

    private void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var (family, action, observed) = (Listening)state!;
        // A figure that is none, or has no end, would make all that follow it so; a counter only rises, and so do a histogram's sum and its buckets.
        var sums = action != MetricAction.Set;
        if (double.IsNaN(value) || (sums && !double.IsFinite(value)) || (value < 0 && (family.Kind == MetricKind.Histogram || (sums && family.Kind == MetricKind.Counter))))
            return;
        var series = family.Series(tags, out var overflowed);
        if (overflowed)
            _overflow.Series([new("metric", family.Name.Family)], out _).Add(1);
        switch (action)
        {
            case MetricAction.Add:
                series.Add(value);
                break;
            case MetricAction.Observe:
                series.Observe(value);
                break;
            case MetricAction.Set when observed:
                // All were at nothing before they were asked, one after the other: what several say under the same labels, or beyond the bound, is counted together.
                series.Add(value);
                break;
            default:
                series.Set(value);
                break;
        }
    }

    private double[] Bounds(Instrument instrument)
    {
        var bounds = _bounds.GetValueOrDefault(instrument.Name) ?? s_named.GetValueOrDefault(instrument.Name) ?? Advised(instrument) ?? (instrument.Unit == "s" ? s_seconds : s_others);
        return [.. bounds.Where(double.IsFinite).Distinct().Order()];
    }

    private static double[]? Advised(Instrument instrument) => instrument switch
    {
        Histogram<double> h => h.Advice?.HistogramBucketBoundaries?.ToArray(),
        Histogram<long> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
        Histogram<int> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
        _ => null,
    };

    private MetricFamily Own(string name, string help)
    {
        var family = new MetricFamily(MetricName.Of(name, null, MetricKind.Counter), MetricKind.Counter, help, [], _limits);
        _families[family.Name.Family] = family;
        Take(family.Name, family.Kind);
        return family;
    }

    /// <summary>Names of samples, of which a counter has another than its own and a histogram has three: two metrics with one sample are no exposition.</summary>
    /// <returns>False when one of them is another metric's.</returns>
    private bool Take(MetricName name, MetricKind kind)
    {
        string[] samples = kind switch
        {
            MetricKind.Counter => [name.Family + "_total"],
            MetricKind.Histogram => [name.Family, name.Family + "_bucket", name.Family + "_sum", name.Family + "_count"],
            _ => [name.Family],
        };
        if (samples.Any(_samples.Contains))
            return false;
        _samples.UnionWith(samples);
        return true;
    }

    private static bool IsCounter(Instrument instrument) => Kind(instrument) is "Counter`1" or "ObservableCounter`1";

    private static MetricAction? Action(Instrument instrument) => Kind(instrument) switch
    {
        "Counter`1" or "UpDownCounter`1" => MetricAction.Add,
        "Gauge`1" or "ObservableCounter`1" or "ObservableUpDownCounter`1" or "ObservableGauge`1" => MetricAction.Set,
        "Histogram`1" => MetricAction.Observe,
        _ => null,
    };

    private static string Kind(Instrument instrument) => instrument.GetType() is { IsGenericType: true } type ? type.GetGenericTypeDefinition().Name : "";

    private sealed record Listening(MetricFamily Family, MetricAction Action, bool Observed);
}
