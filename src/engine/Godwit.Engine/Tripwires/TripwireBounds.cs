using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Godwit.Documents.Shapes;
using Godwit.Engine.Expectations;

namespace Godwit.Engine.Tripwires;

/// <summary>Where a figure has to stay: absolute, or relative to what it was before the run.</summary>
/// <param name="Above">It has to stay at or below this.</param>
/// <param name="Below">It has to stay at or above this.</param>
/// <param name="AboveFactor">It has to stay at or below so many times its baseline.</param>
/// <param name="BelowFactor">It has to stay at or above so many times its baseline.</param>
/// <param name="BaselineAtLeast">A baseline that is less is taken for this: of a figure that was nothing, anything is many times.</param>
public sealed partial record TripwireBounds(decimal? Above, decimal? Below, decimal? AboveFactor = null, decimal? BelowFactor = null, decimal? BaselineAtLeast = null)
{
    public bool IsRelative => AboveFactor is not null || BelowFactor is not null;

    public static TripwireBounds Read(JsonObject item) => new(
        item.NumberOrNull("above"), item.NumberOrNull("below"), FactorOf(item.TextOrNull("above_baseline")), FactorOf(item.TextOrNull("below_baseline")), item.NumberOrNull("baseline_at_least"));

    /// <param name="number">The figure.</param>
    /// <param name="baseline">What it was before; null where that was not measured, and bounds that need it do not hold then.</param>
    public bool IsOut(decimal number, decimal? baseline)
    {
        var (bottom, top) = Resolve(baseline);
        return number > top || number < bottom;
    }

    public (decimal? Bottom, decimal? Top) Resolve(decimal? baseline)
    {
        var from = baseline is { } measured && BaselineAtLeast is { } least ? Math.Max(measured, least) : baseline;
        return (Largest(Below, Times(BelowFactor, from)), Smallest(Above, Times(AboveFactor, from)));
    }

    /// <summary>In words: "above 5", "above 300 (1.5 x the baseline of 200)".</summary>
    public string Describe(decimal? baseline)
    {
        var parts = new List<string>();
        if (Above is { } above) parts.Add($"above {Expectation.Write(above)}");
        if (Below is { } below) parts.Add($"below {Expectation.Write(below)}");
        foreach (var (word, factor) in (ReadOnlySpan<(string, decimal?)>)[("above", AboveFactor), ("below", BelowFactor)])
        {
            if (factor is not { } times) continue;
            var (bottom, top) = (this with { Above = null, Below = null }).Resolve(baseline);
            var limit = word == "above" ? top : bottom;
            var of = baseline is { } known ? $"the baseline of {Expectation.Write(known)}" : "the baseline";
            parts.Add(limit is { } resolved ? $"{word} {Expectation.Write(resolved)} ({Expectation.Write(times)} x {of})" : $"{word} {Expectation.Write(times)} x {of}");
        }
        return string.Join(" or ", parts);
    }

    /// <summary>From <c>1.5x</c>, <c>+50%</c> or <c>-20%</c>.</summary>
    public static decimal? FactorOf(string? text)
    {
        if (text is null) return null;
        var match = FactorPattern().Match(text);
        var number = decimal.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
        return match.Groups["sign"].Value switch { "+" => 1 + (number / 100), "-" => 1 - (number / 100), _ => number };
    }

    public const string FactorText = @"(\d{1,9}(\.\d{1,6})?x|[+-]\d{1,6}(\.\d{1,6})?%)";

    [GeneratedRegex(@"^(?<sign>[+-]?)(?<number>\d+(\.\d+)?)[x%]$")]
    private static partial Regex FactorPattern();

    /// <summary>What is more than any figure can be is the largest.</summary>
    private static decimal? Times(decimal? factor, decimal? number)
    {
        try
        {
            return factor * number;
        }
        catch (OverflowException)
        {
            return factor < 0 == number < 0 ? decimal.MaxValue : decimal.MinValue;
        }
    }

    private static decimal? Largest(decimal? one, decimal? other) => one is null ? other : other is null ? one : Math.Max(one.Value, other.Value);

    private static decimal? Smallest(decimal? one, decimal? other) => one is null ? other : other is null ? one : Math.Min(one.Value, other.Value);
}
