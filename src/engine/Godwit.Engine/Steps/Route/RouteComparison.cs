using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Expectations;
using Godwit.Engine.Figures;
using Godwit.Engine.Tripwires;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Route;

/// <summary>One figure of both sides, and how much worse green may be.</summary>
/// <param name="Source">With @side@ in it, which stands for blue or green.</param>
/// <param name="AtMost">What green must not be above, whatever blue is.</param>
/// <param name="TimesBlue">How many times blue's figure green's may be at most.</param>
/// <param name="Plus">So much more on top of that, since of nothing anything is many times.</param>
/// <param name="Of">What is made of the samples of one weight.</param>
/// <param name="Enough">How many samples with a number each side needs.</param>
internal sealed record RouteComparison(string Name, FigureSource Source, decimal? AtMost, decimal? TimesBlue, decimal Plus, string Of, int Enough)
{
    public const string Side = "@side@", Blue = "blue", Green = "green";

    public static Shape.OneOf Shape { get; } = new(
        [
            new("name", new Shape.Text(@"[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}") { Expected = "letters, digits, ' ', '-', '_' and '.', at most 63", MaxLength = 63 }, "What evidence calls it", Required: true),
            new("at_most", new Shape.Number(decimal.MinValue), "What green's figure must not be above, whatever blue's is"),
            new("times_blue", new Shape.Number(), "How many times blue's figure green's may be at most"),
            new("plus", new Shape.Number(), "So much more on top of `times_blue`") { Default = "0" },
            new("of", new Shape.Choice("avg", "min", "max", "p50", "p95", "p99"), "What is made of the samples of one weight") { Default = "avg" },
            new("enough", new Shape.Whole(1, 10_000), "How many samples with a number each side needs at each weight; with fewer nothing is decided") { Default = "3" },
        ],
        [FigureShape.Sql, FigureShape.Http, FigureShape.Metric])
    {
        Name = "comparison",
        Description = "A figure that is asked of blue and of green: @side@ in its query or URL stands for either",
    };

    public bool AsksBlue => TimesBlue is not null;

    public static RouteComparison Read(JsonObject item, IReadOnlyDictionary<string, PlannedFile> files) => new(
        item.Text("name"), FigureSource.Read(item, files)!, item.NumberOrNull("at_most"), item.NumberOrNull("times_blue"), item.NumberOrNull("plus") ?? 0, item.TextOrNull("of") ?? "avg", (int)(item.WholeOrNull("enough") ?? 3));

    public static IEnumerable<Finding> Check(JsonObject item, Place.InFile? place)
    {
        foreach (var finding in FigureShape.Check(item, place)) yield return finding;
        var comparison = Read(item, new Dictionary<string, PlannedFile>(StringComparer.Ordinal));
        if (comparison is { AtMost: null, TimesBlue: null }) yield return Wrong("A comparison needs \"at_most\", \"times_blue\", or both", place);
        if (comparison is { TimesBlue: null, Plus: > 0 }) yield return Wrong("\"plus\" is on top of \"times_blue\"", place);
        if (comparison.AsksBlue && comparison.Source.Fill(text => text.Replace(Side, "", StringComparison.Ordinal)) == comparison.Source)
            yield return Wrong("The query or URL names no @side@: blue and green would be the same figure", place);
    }

    public FigureSource SourceOf(string side) => Source.Fill(text => text.Replace(Side, side, StringComparison.Ordinal));

    /// <param name="green">Its samples at this weight.</param>
    /// <param name="blue">Blue's.</param>
    /// <param name="blueBefore">What blue's were made to at an earlier weight, for when it has no traffic left.</param>
    public ComparisonVerdict Judge(IReadOnlyCollection<decimal> green, IReadOnlyCollection<decimal> blue, decimal? blueBefore)
    {
        if (green.Count < Enough) return new(ComparisonState.Inconclusive, null, $"{Name}: {green.Count} of {Enough} samples of green");
        var seen = Made(green);
        if (AtMost is { } most && seen > most) return new(ComparisonState.Worse, null, $"{Name}: green {Expectation.Write(seen)}, at most {Expectation.Write(most)}");
        if (TimesBlue is not { } times) return new(ComparisonState.Fine, null, $"{Name}: green {Expectation.Write(seen)}, at most {Expectation.Write(AtMost!.Value)}");
        if ((blue.Count >= Enough ? Made(blue) : blueBefore) is not { } other) return new(ComparisonState.Inconclusive, null, $"{Name}: {blue.Count} of {Enough} samples of blue");
        var limit = (times * other) + Plus;
        var text = $"{Name}: green {Expectation.Write(seen)}, blue {Expectation.Write(other)}, green at most {Expectation.Write(limit)}";
        return new(seen > limit ? ComparisonState.Worse : ComparisonState.Fine, other, text);
    }

    private decimal Made(IReadOnlyCollection<decimal> numbers) => decimal.Round(SampleWindow.Make(Of, numbers, TimeSpan.Zero)!.Value, 6);

    private static Finding Wrong(string message, Place.InFile? place) => Finding.Error(FindingCodes.KindSettings, message, place);
}

internal enum ComparisonState
{
    Fine,

    /// <summary>There are not enough samples to tell.</summary>
    Inconclusive,

    /// <summary>Green is worse than it may be.</summary>
    Worse,
}

/// <param name="Blue">What blue's samples were made to; null where it was not asked or had too few.</param>
/// <param name="Text">What was compared, in one sentence: figures only.</param>
internal sealed record ComparisonVerdict(ComparisonState State, decimal? Blue, string Text);
