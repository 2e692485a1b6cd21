using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Godwit.Documents.Shapes;

/// <summary>Reads one value of a shape that has no parts.</summary>
internal static class ScalarShapes
{
    /// <summary>What every reader of JSON agrees on (RFC 7493 section 2.2).</summary>
    private const long LargestWhole = 1L << 53;

    /// <summary>A pattern of ours meets a text of somebody's: it ends, whatever both are.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>The value in normal form, or null when it is not what the shape says.</summary>
    public static JsonNode? TryRead(YamlScalar scalar, Shape shape) => shape switch
    {
        Shape.Text text => Fits(scalar.Value, text) ? JsonValue.Create(scalar.Value) : null,
        Shape.Choice choice => choice.Words.Contains(scalar.Value, StringComparer.Ordinal) ? JsonValue.Create(scalar.Value) : null,
        Shape.Whole whole => scalar.IsPlain && TryWhole(scalar.Value, whole, out var number) ? JsonValue.Create(number) : null,
        Shape.Number number => TryNumber(scalar.Value, out var value) && value >= number.Min && value <= number.Max ? JsonValue.Create(scalar.Value) : null,
        Shape.Flag => scalar switch
        {
            { IsPlain: true, Value: "true" } => JsonValue.Create(true),
            { IsPlain: true, Value: "false" } => JsonValue.Create(false),
            _ => null,
        },
        Shape.Duration duration => DurationText.TryParse(scalar.Value, out var length) && length >= duration.Min && length <= duration.Max ? JsonValue.Create(scalar.Value) : null,
        Shape.Scalar => JsonValue.Create(scalar.Value),
        _ => throw new ArgumentException($"{shape.GetType().Name} has parts", nameof(shape)),
    };

    /// <summary>What the value must be: the end of "… must be ".</summary>
    public static string Expected(Shape shape) => shape switch
    {
        Shape.Text { Expected: { } expected } => expected,
        Shape.Text { Pattern: null } text => $"a text of at most {text.MaxLength} characters",
        Shape.Text text => $"a text of at most {text.MaxLength} characters that matches {text.Pattern}",
        Shape.Choice choice => "one of " + string.Join(", ", choice.Words),
        Shape.Whole whole when whole.Min == whole.Max => string.Create(CultureInfo.InvariantCulture, $"{whole.Min}, without quotes"),
        Shape.Whole { Max: >= int.MaxValue } whole => string.Create(CultureInfo.InvariantCulture, $"a whole number, at least {whole.Min}, without quotes"),
        Shape.Whole whole => string.Create(CultureInfo.InvariantCulture, $"a whole number from {whole.Min} to {whole.Max}, without quotes"),
        Shape.Number { Min: decimal.MinValue, Max: decimal.MaxValue } => "a number",
        Shape.Number { Max: decimal.MaxValue } number => string.Create(CultureInfo.InvariantCulture, $"a number, at least {number.Min}"),
        Shape.Number number => string.Create(CultureInfo.InvariantCulture, $"a number from {number.Min} to {number.Max}"),
        Shape.Flag => "true or false, without quotes",
        Shape.Duration duration when duration == new Shape.Duration() with { Description = duration.Description, Name = duration.Name } => DurationText.Expected,
        Shape.Duration duration => $"{DurationText.Expected}, from {DurationText.Write(duration.Min)} to {DurationText.Write(duration.Max)}",
        Shape.File => "the path of a file",
        _ => "a plain value",
    };

    public static bool TryNumber(string text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static bool TryWhole(string text, Shape.Whole whole, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
        && number >= Math.Max(whole.Min, -LargestWhole) && number <= Math.Min(whole.Max, LargestWhole);

    private static bool Fits(string value, Shape.Text text) =>
        value.Length <= text.MaxLength && (text.Pattern is null || Matches(value, text.Pattern));

    public static bool Matches(string value, string pattern) =>
        Regex.IsMatch(value, $@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, s_patience);
}
