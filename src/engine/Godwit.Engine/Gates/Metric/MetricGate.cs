using System.Globalization;
using Godwit.Engine.Expectations;

namespace Godwit.Engine.Gates.Metric;

internal sealed class MetricGate(Figure figure, Expectation bounds, string of, int samples, TimeSpan every, int needed) : IGate
{
    public async Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation)
    {
        var numbers = new List<decimal>();
        string? missing = null;
        for (var i = 0; i < samples; i++)
        {
            if (i > 0) await Task.Delay(every, context.Time, cancellation);
            var (number, why) = await figure.ReadAsync(context, cancellation);
            if (number is { } seen) numbers.Add(seen);
            else missing = why;
        }
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["samples"] = string.Create(CultureInfo.InvariantCulture, $"{numbers.Count} of {samples}"),
            ["bounds"] = bounds.Bounds,
        };
        if (missing is not null) evidence["missing"] = missing;
        if (numbers.Count == 0) return new GateVerdict(GateState.NoData, $"no sample of {samples} had a number: {missing}") { Evidence = evidence };
        numbers.Sort();
        evidence["lowest"] = Expectation.Write(numbers[0]);
        evidence["highest"] = Expectation.Write(numbers[^1]);
        if (numbers.Count < needed)
            return new GateVerdict(GateState.Inconclusive, $"{numbers.Count} of {samples} samples had a number, and {needed} are needed: {missing}") { Evidence = evidence };
        List<decimal> compared = of switch
        {
            "mean" => [numbers.Average()],
            "median" => [(numbers[(numbers.Count - 1) / 2] + numbers[numbers.Count / 2]) / 2],
            _ => numbers,
        };
        var outside = compared.Where(n => !bounds.IsWithin(n)).ToList();
        return outside.Count == 0
            ? new GateVerdict(GateState.Pass, $"{of} of {numbers.Count} samples: {Expectation.Write(compared[0])}{(compared.Count > 1 ? $" to {Expectation.Write(compared[^1])}" : "")}, {bounds.Bounds}") { Evidence = evidence }
            : new GateVerdict(GateState.Fail, $"{of} of {numbers.Count} samples: {Expectation.Write(outside[^1])}, and had to be {bounds.Bounds}") { Evidence = evidence };
    }
}
