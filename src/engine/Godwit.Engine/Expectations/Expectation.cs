using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;

namespace Godwit.Engine.Expectations;

/// <summary>What an answer has to be: a text, or a number within bounds.</summary>
public sealed record Expectation(string? Equal, decimal? AtLeast, decimal? AtMost)
{
    public static IReadOnlyList<Field> Fields { get; } =
    [
        new("expect", new Shape.Scalar(), "What it has to be, as text; without it and without bounds: true"),
        new("at_least", new Shape.Number(decimal.MinValue), "The number that it must not be below"),
        new("at_most", new Shape.Number(decimal.MinValue), "The number that it must not be above"),
    ];

    public static Expectation Read(JsonObject settings)
    {
        var (equal, least, most) = (settings.TextOrNull("expect"), settings.NumberOrNull("at_least"), settings.NumberOrNull("at_most"));
        return new(equal ?? (least is null && most is null ? "true" : null), least, most);
    }

    public bool HasBounds => AtLeast is not null || AtMost is not null;

    /// <summary>Why an answer is not as expected; null when it is. A text that was compared is not repeated, since it may be a row's value; a number within bounds is a figure.</summary>
    public string? Refuse(string? answer)
    {
        if (Equal is not null && answer != Equal) return answer is null ? $"answered nothing instead of \"{Equal}\"" : $"did not answer \"{Equal}\"";
        if (!HasBounds) return null;
        if (ToNumber(answer) is not { } number) return "did not answer with a number";
        return IsWithin(number) ? null : $"answered {Write(number)}, and had to be {Bounds}";
    }

    public bool IsWithin(decimal number) => !(number < AtLeast) && !(number > AtMost);

    /// <summary>In words: "at most 5".</summary>
    public string Bounds => string.Join(" and ", new[] { AtLeast is { } least ? $"at least {Write(least)}" : null, AtMost is { } most ? $"at most {Write(most)}" : null }.OfType<string>());

    public static decimal? ToNumber(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static string Write(decimal number) => number.ToString("0.######", CultureInfo.InvariantCulture);
}
