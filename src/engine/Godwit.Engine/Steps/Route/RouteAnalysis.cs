using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Engine.Expectations;
using Godwit.Engine.Figures;

namespace Godwit.Engine.Steps.Route;

/// <summary>Compares green with blue at one weight, from its own samples of both.</summary>
/// <param name="comparisons">What is compared.</param>
/// <param name="blueBefore">What blue's figures were at the weight before, by name.</param>
/// <param name="context">The step at work.</param>
internal sealed class RouteAnalysis(IReadOnlyList<RouteComparison> comparisons, JsonObject? blueBefore, StepContext context) : IDisposable
{
    private readonly List<(RouteComparison Of, Side Green, Side? Blue)> _sides =
    [
        .. comparisons.Select(c => (c, new Side(c.SourceOf(RouteComparison.Green), context), c.AsksBlue ? new Side(c.SourceOf(RouteComparison.Blue), context) : null)),
    ];

    /// <summary>Asks both sides of everything at once: what is compared has to be of the same moment.</summary>
    public async Task<IReadOnlyList<ComparisonVerdict>> LookAsync(CancellationToken cancellation)
    {
        await Task.WhenAll(_sides.SelectMany(s => (IEnumerable<Task>)[s.Green.SampleAsync(cancellation), s.Blue?.SampleAsync(cancellation) ?? Task.CompletedTask]));
        return [.. _sides.Select(s => Explained(s.Of.Judge(s.Green.Numbers, s.Blue?.Numbers ?? [], Before(s.Of.Name)), s.Green, s.Blue))];
    }

    /// <summary>What blue's figures are, for the weights at which it has too little traffic to tell.</summary>
    public JsonObject Remember(IReadOnlyList<ComparisonVerdict> verdicts)
    {
        var kept = blueBefore?.DeepClone().AsObject() ?? [];
        foreach (var (side, verdict) in _sides.Zip(verdicts).Where(v => v.Second.Blue is not null)) kept[side.Of.Name] = Expectation.Write(verdict.Blue!.Value);
        return kept;
    }

    public void Dispose()
    {
        foreach (var (_, green, blue) in _sides)
        {
            green.Dispose();
            blue?.Dispose();
        }
    }

    private decimal? Before(string name) => (string?)blueBefore?[name] is { } text ? decimal.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>Where there is too little, why.</summary>
    private static ComparisonVerdict Explained(ComparisonVerdict verdict, Side green, Side? blue) =>
        verdict.State == ComparisonState.Inconclusive && (green.Why ?? blue?.Why) is { } why ? verdict with { Text = $"{verdict.Text} ({why})" } : verdict;

    private sealed class Side(FigureSource source, StepContext context) : IDisposable
    {
        private readonly FigureReader _reader = new(source, new FigureContext { Queries = context.Queries, Environment = context.Environment, Time = context.Time, Folder = context.Folder });

        public List<decimal> Numbers { get; } = [];

        /// <summary>Why the last sample has no number.</summary>
        public string? Why { get; private set; }

        public async Task SampleAsync(CancellationToken cancellation)
        {
            var reading = await _reader.ReadAsync(cancellation);
            Why = reading.Why;
            if (reading.Number is { } number) Numbers.Add(number);
        }

        public void Dispose() => _reader.Dispose();
    }
}
