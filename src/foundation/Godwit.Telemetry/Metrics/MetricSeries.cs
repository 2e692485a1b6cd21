namespace Godwit.Telemetry.Metrics;

/// <summary>The figures under one set of labels. Safe for several threads; what is read is of one moment.</summary>
/// <param name="labels">As they are written.</param>
/// <param name="bounds">Upper bounds of a histogram's buckets, rising; empty for everything else.</param>
internal sealed class MetricSeries(string labels, double[] bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _buckets = new long[bounds.Length + 1];
    private double _value;
    private long _count;

    public string Labels => labels;

    public double[] Bounds => bounds;

    public void Add(double value)
    {
        lock (_gate)
            _value += value;
    }

    public void Set(double value)
    {
        lock (_gate)
            _value = value;
    }

    public void Observe(double value)
    {
        var bucket = Array.BinarySearch(bounds, value);
        lock (_gate)
        {
            _buckets[bucket < 0 ? ~bucket : bucket]++;
            _value += value;
            _count++;
        }
    }

    public double Read()
    {
        lock (_gate)
            return _value;
    }

    /// <summary>Buckets that each hold those before them too, as they are written.</summary>
    public (long[] Buckets, double Sum, long Count) ReadHistogram()
    {
        long[] buckets;
        double sum;
        long count;
        lock (_gate)
            (buckets, sum, count) = ((long[])_buckets.Clone(), _value, _count);
        for (var i = 1; i < buckets.Length; i++)
            buckets[i] += buckets[i - 1];
        return (buckets, sum, count);
    }
}
