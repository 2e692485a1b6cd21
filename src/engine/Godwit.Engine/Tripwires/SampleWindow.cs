using Godwit.Engine.Figures;

namespace Godwit.Engine.Tripwires;

/// <summary>The looks of a while, and what is made of them: one number, or none.</summary>
/// <param name="aggregate">One of <see cref="Aggregates"/>.</param>
/// <param name="window">How long a look counts.</param>
/// <param name="enough">How many numbers it takes.</param>
public sealed class SampleWindow(string aggregate, TimeSpan window, int enough)
{
    public const string Last = "last", Failed = "failed", Sum = "sum", Rate = "rate";

    /// <summary>A window never holds more looks; of those beyond, the oldest go.</summary>
    private const int Most = 100_000;

    private readonly Queue<(DateTimeOffset At, FigureReading Reading)> _looks = [];

    public static IReadOnlyList<string> Aggregates { get; } = [Last, "avg", "min", "max", "p50", "p95", "p99", Sum, Rate, Failed];

    /// <summary>Whether it is made of more than the last look.</summary>
    public static bool NeedsWindow(string aggregate) => aggregate != Last;

    public void Add(DateTimeOffset at, FigureReading reading)
    {
        _looks.Enqueue((at, reading));
        while (_looks.Count > Most || (_looks.TryPeek(out var oldest) && at - oldest.At >= window && _looks.Count > 1)) _looks.Dequeue();
    }

    /// <summary>
    /// Of everything in the window. A look without a number leaves none, whatever the others were: a source that has gone silent is not made up for by what it said before. Only the
    /// share of looks that failed takes it for what it is.
    /// </summary>
    public FigureReading Read()
    {
        if (_looks.Count == 0) return FigureReading.None("it was not looked at");
        if (aggregate == Failed)
            return _looks.Count < enough ? TooFew(_looks.Count) : FigureReading.Of(decimal.Round((decimal)_looks.Count(l => l.Reading.Failed) / _looks.Count, 6));
        var last = _looks.Last().Reading;
        if (last.Number is not { } newest) return last;
        if (aggregate == Last) return last;
        var numbers = _looks.Select(l => l.Reading.Number).OfType<decimal>().ToList();
        return numbers.Count < enough ? TooFew(numbers.Count) : FigureReading.Of(Make(aggregate, numbers, window) ?? newest);
    }

    /// <summary>Numbers together; a percentile is the smallest of them that so many percent are not above (the nearest rank).</summary>
    public static decimal? Make(string aggregate, IReadOnlyCollection<decimal> numbers, TimeSpan over) => aggregate switch
    {
        _ when numbers.Count == 0 => null,
        "avg" or Last => numbers.Average(),
        "min" => numbers.Min(),
        "max" => numbers.Max(),
        Sum => numbers.Sum(),
        Rate => over > TimeSpan.Zero ? numbers.Sum() / (decimal)over.TotalSeconds : null,
        "p50" => Percentile(numbers, 50),
        "p95" => Percentile(numbers, 95),
        "p99" => Percentile(numbers, 99),
        _ => null,
    };

    private static decimal Percentile(IReadOnlyCollection<decimal> numbers, int percent) =>
        numbers.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(numbers.Count * percent / 100.0) - 1));

    private FigureReading TooFew(int count) => FigureReading.None($"{count} of {enough} looks that it takes");
}
