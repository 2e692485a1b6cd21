namespace Godwit.Bench.Timing;

/// <summary>What was measured, by name, in the order of the rounds.</summary>
internal sealed class Samples
{
    private readonly Dictionary<string, List<double>> _values = [];

    public void Add(string name, double? value)
    {
        if (value is not { } known) return;
        if (!_values.TryGetValue(name, out var list)) _values[name] = list = [];
        list.Add(known);
    }

    /// <summary>NaN when nothing was measured.</summary>
    public double Median(string name)
    {
        if (!_values.TryGetValue(name, out var list)) return double.NaN;
        var sorted = list.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public double Largest(string name) => _values.TryGetValue(name, out var list) ? list.Max() : double.NaN;
}
